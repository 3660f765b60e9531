using SelfSupervised.Evaluation.Tests.Reports;

namespace SelfSupervised.Evaluation.Tests.Probes;

public sealed class FactorProbesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Evaluate_EachSpace_KnowsItsFactor()
    {
        var (spaces, factors) = Spaces();
        var result = FactorProbes.Evaluate(spaces, factors, seed: 1);
        result["shape space", "shape"].Test.Top1.Value.Should().Be(1);
        result["colour space", "colour"].Test.Top1.Value.Should().Be(1);
        result["shape space", "colour"].Test.Top1.Value.Should().BeLessThan(0.6);
        result["colour space", "shape"].Test.Top1.Value.Should().BeLessThan(0.6);
        (result.Best("shape"), result.Best("colour")).Should().Be(("shape space", "colour space"));
        var alone = LinearProbe.Evaluate(spaces[0].Train, factors[1].Train, spaces[0].Test, factors[1].Test, seed: 1);
        result["shape space", "colour"].Test.Top1.Should().Be(alone.Test.Top1);
        FluentActions.Invoking(() => result["x", "shape"]).Should().Throw<KeyNotFoundException>().WithMessage("Expected one of shape space, colour space, but got x.");
    }

    [Fact]
    public void EvaluateSubsets_Both_KnowBothFactors()
    {
        var (spaces, factors) = Spaces();
        var result = FactorProbes.EvaluateSubsets(spaces, factors, seed: 1);
        result.Representations.Should().Equal("shape space", "colour space", "shape space + colour space");
        result["shape space + colour space", "shape"].Test.Top1.Value.Should().Be(1);
        result["shape space + colour space", "colour"].Test.Top1.Value.Should().Be(1);
        result["shape space + colour space", "colour"].Dimension.Should().Be(8);
        result["colour space", "shape"].Test.Top1.Should().Be(FactorProbes.Evaluate(spaces, factors, 1)["colour space", "shape"].Test.Top1);
    }

    [Fact]
    public void Subsets_OfThree_ComeBySizeAndMembers() => FactorProbes.Subsets(3).Select(subset => string.Concat(subset)).Should().Equal(
        "0", "1", "2", "01", "02", "12", "012");

    [Fact]
    public void Table_Matrix_HasARowForEachRepresentation()
    {
        var (spaces, factors) = Spaces();
        var figure = Page.Figure(FactorProbes.Evaluate(spaces, factors, 1).Table("What each space knows"));
        figure.All("th").Select(cell => cell.Value).Should().Equal("Representation", "shape", "colour", "shape space", "colour space");
        figure.All("strong").Select(cell => cell.Value).Should().Equal("100.0", "100.0");
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (spaces, factors) = Spaces();
        LeakCheck.NothingLeft(() => FactorProbes.EvaluateSubsets(spaces, factors, 1, new LinearProbeOptions { L2 = [1] }), spaces[0].Train, factors[0].Test);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (spaces, factors) = Spaces();
        Example.Refuses(() => FactorProbes.Evaluate([], factors, 1), "Expected `representations` to hold at least one, of different names, but got [].*");
        Example.Refuses(() => FactorProbes.Evaluate(spaces, [factors[0], factors[0]], 1), "Expected `factors` to hold at least one, of different names, but got [shape, shape].*");
        Example.Refuses(() => FactorProbes.Subsets(13), "Expected `count` to be from 1 to 12*");
        Example.Refuses(
            () => FactorProbes.Evaluate(spaces, [factors[0] with { Test = factors[0].Train }], 1),
            "shape space, shape: Expected `testLabels` to be Int64 of shape [40]*");
        Example.Refuses(() => FactorProbes.EvaluateSubsets([spaces[0] with { Train = ones(3) }], factors, 1), "Expected `blocks` to have shape [N, d]*");
    }

    [Fact]
    public void RotationProbe_PixelEncoder_KnowsTurnsAndClasses()
    {
        // A bright corner says how an image is turned; the brightness of the rest is its class.
        var (train, trainLabels) = Corners(120);
        var (test, testLabels) = Corners(80);
        using var encoder = nn.Sequential(nn.AvgPool2d(4), nn.Flatten());
        var result = RotationProbe.Evaluate(encoder, train, trainLabels, test, testLabels, seed: 3);
        (result.Rotation.Test.Top1, result.Class.Test.Top1).Should().Be((new Accuracy(80, 80), new Accuracy(80, 80)));
        result.Rotation.Test.Classes.Should().Be(4);
        result.Rotation.Test.PerClass.Should().OnlyContain(turn => turn.Count > 8, "each turn is drawn about as often");

        using var blind = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten());
        var mean = RotationProbe.Evaluate(blind, train, trainLabels, test, testLabels, seed: 3);
        mean.Class.Test.Top1.Value.Should().Be(1);
        mean.Rotation.Test.Top1.Value.Should().BeLessThan(0.45);
        LeakCheck.NothingLeft(() => RotationProbe.Evaluate(blind, train, trainLabels, test, testLabels, 3, new LinearProbeOptions { L2 = [1] }), train, trainLabels);
        Example.Refuses(
            () => RotationProbe.Evaluate(blind, zeros(4, 1, 8, 9), trainLabels, test, testLabels, 3), "Expected `trainImages` to be square, but got [4, 1, 8, 9].*");
        Example.Refuses(() => RotationProbe.Evaluate(blind, train, trainLabels, zeros(4, 8, 8), testLabels, 3), "Expected `testImages` to have shape*");
    }

    private static (Tensor Images, Tensor Labels) Corners(int count)
    {
        var labels = arange(count).remainder(2);
        var images = labels.view(count, 1, 1, 1).expand(count, 1, 8, 8).mul(60).add(20).clone();
        images.narrow(2, 0, 4).narrow(3, 0, 4).fill_(200);
        return (images.add(RandomTensors.Normal(9, [count, 1, 8, 8], ScalarType.Float32)).to(ScalarType.Byte), labels);
    }

    private static (NamedFeatures[] Spaces, NamedLabels[] Factors) Spaces()
    {
        // Row i has shape i mod 3 and colour (i / 3) mod 4; noise makes the training and the test rows differ.
        var (trainShape, trainColour) = (arange(120).remainder(3), arange(120).div(3).floor().to(ScalarType.Int64).remainder(4));
        var (testShape, testColour) = (trainShape.narrow(0, 0, 40), trainColour.narrow(0, 0, 40));
        Tensor Space(Tensor labels, int seed) => nn.functional.one_hot(labels, 4).to(ScalarType.Float64).add(RandomTensors.Normal(seed, [labels.shape[0], 4]).mul(0.05));
        return (
            [new("shape space", Space(trainShape, 1), Space(testShape, 2)), new("colour space", Space(trainColour, 3), Space(testColour, 4))],
            [new("shape", trainShape, testShape), new("colour", trainColour, testColour)]);
    }
}
