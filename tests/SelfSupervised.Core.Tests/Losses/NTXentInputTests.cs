using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>One test per mistake: what is said, and that it is said before libtorch can.</summary>
public sealed class NTXentInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _view = ones(4, 3);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_NoList_Throws() =>
        FluentActions.Invoking(() => NTXent.Loss(null!)).Should().Throw<ArgumentNullException>().WithParameterName("views");

    [Fact]
    public void Loss_OneView_Throws() => Message([_view]).Should().Be("Expected `views` to hold at least 2 tensors, but got 1.");

    [Fact]
    public void Loss_MissingView_Throws() =>
        FluentActions.Invoking(() => NTXent.Loss([_view, null!])).Should().Throw<ArgumentNullException>().WithParameterName("views[1]");

    [Fact]
    public void Loss_OtherWidth_Throws() =>
        Message([_view, ones(4, 2)]).Should().Be("Expected `views[1]` to have shape [4, 3] like `views[0]`, but got [4, 2].");

    [Fact]
    public void Loss_OtherBatchSize_Throws() =>
        Message([_view, _view, ones(5, 3)]).Should().Be("Expected `views[2]` to have shape [4, 3] like `views[0]`, but got [5, 3].");

    [Theory]
    [InlineData(new long[] { 4 }, "[4]")]
    [InlineData(new long[] { 2, 4, 3 }, "[2, 4, 3]")]
    [InlineData(new long[] { }, "[]")]
    public void Loss_WrongRank_Throws(long[] shape, string text) =>
        Message([ones(shape), _view]).Should().Be($"Expected `views[0]` to have shape [N, D], but got {text}.");

    [Theory]
    [InlineData(0, 3)]
    [InlineData(4, 0)]
    public void Loss_EmptyBatch_Throws(long rows, long columns) =>
        Message([ones(rows, columns), ones(rows, columns)]).Should()
            .Be($"Expected `views[0]` to have at least one row and one column, but got [{rows}, {columns}].");

    [Theory]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.ComplexFloat32)]
    public void Loss_NoRealFloatingPoint_Throws(ScalarType type) =>
        Message([_view, ones(4, 3, dtype: type)]).Should()
            .Be($"Expected `views[1]` to be Float16, BFloat16, Float32 or Float64, but got {type}.");

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Loss_BadTemperature_Throws(double temperature) =>
        FluentActions.Invoking(() => NTXent.Loss([_view, _view], temperature)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(nameof(temperature)).WithMessage($"Expected `temperature` to be finite and greater than 0, but got {temperature}.*");

    [Fact]
    public void Loss_UnknownReduction_Throws() =>
        FluentActions.Invoking(() => NTXent.Loss([_view, _view], reduction: (nn.Reduction)7)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("reduction");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Loss_NotFinite_Throws(float value)
    {
        var bad = ones(4, 3);
        bad[1, 2] = value;
        bad[3, 0] = value;
        Message([_view, bad]).Should().Be("Expected `views[1]` to be finite, but 2 of its 12 values are NaN or infinite.");
    }

    [Fact]
    public void Loss_NotFiniteUnchecked_GivesNaN()
    {
        using var loss = NTXent.Loss([_view, full([4, 3], float.NaN)], checkValues: false);
        loss.item<float>().Should().Be(float.NaN);
    }

    [Fact]
    public void Loss_DisposedView_Throws()
    {
        var disposed = ones(4, 3);
        disposed.Dispose();
        FluentActions.Invoking(() => NTXent.Loss([_view, disposed])).Should().Throw<ObjectDisposedException>()
            .WithMessage("Expected `views[1]` to be a live tensor, but it has been disposed.*");
    }

    [Fact]
    public void Loss_MaskOfAnotherShape_Throws() =>
        Message([_view, _view], zeros(4, 4, dtype: ScalarType.Bool)).Should()
            .Be("Expected `falseNegatives` to have shape [8, 8], but got [4, 4].");

    [Fact]
    public void Loss_MaskOfAnotherType_Throws() =>
        Message([_view, _view], zeros(8, 8)).Should().Be("Expected `falseNegatives` to be Bool, but got Float32.");

    [Theory]
    [InlineData(0, 4)]
    [InlineData(7, 3)]
    public void Loss_MaskHidesPositive_Throws(long anchor, long positive)
    {
        var mask = zeros(8, 8, dtype: ScalarType.Bool);
        mask[anchor, positive] = true;
        Message([_view, _view], mask).Should()
            .Be("Expected `falseNegatives` to be false for every positive pair, but it hides at least one.");
    }

    // The device that every machine has besides the CPU: tensors on it have a shape and no values.
    [Fact]
    public void Loss_TwoDevices_Throws() =>
        Message([_view, _view.to(META)]).Should().Be("Expected `views[1]` to be on cpu like `views[0]`, but it is on meta.");

    [Fact]
    public void Accuracy_BadInput_IsCheckedToo()
    {
        FluentActions.Invoking(() => NTXent.Accuracy([_view, ones(4, 2)])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `views[1]` to have shape [4, 3] like `views[0]`, but got [4, 2].");
        FluentActions.Invoking(() => NTXent.Accuracy([_view, full([4, 3], float.NaN)])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `views[1]` to be finite, but 12 of its 12 values are NaN or infinite.");
    }

    private static string Message(Tensor[] views, Tensor? mask = null) =>
        FluentActions.Invoking(() => NTXent.Loss(views, falseNegatives: mask)).Should().ThrowExactly<ArgumentException>().Which.Message;
}
