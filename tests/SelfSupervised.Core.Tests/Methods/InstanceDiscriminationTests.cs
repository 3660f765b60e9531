using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class InstanceDiscriminationTests : IDisposable
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_views = new([ViewPresets.InstDiscCifar(16)]);
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = Examples.Bytes(1, 6, s_shape);
    private readonly int[] _indices = [4, 9, 2, 0, 11, 5];

    public static TheoryData<string> Cases => [.. Fixture.Load("instdisc.json").Select(one => one.Name)];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void TwentySteps_PlainPyTorch_AreTheSame(string name)
    {
        var fixture = Fixture.Load("instdisc.json").Single(one => one.Name == name);
        foreach (var (type, lossTolerance, rowTolerance) in new[] { (float64, 1e-9, 1e-9), (float32, 1e-4, 1e-5) })
        {
            using var method = Method(fixture, type);
            var losses = Train(method, fixture, type);
            TensorAssert.Close(tensor(losses), fixture.Tensor("losses"), lossTolerance, rtol: 0);
            TensorAssert.Close(method.Bank.Rows, fixture.Tensor("bank").to(type), rowTolerance, rtol: 0);
            if (fixture.Has("logPartition"))
            {
                TensorAssert.Close(method.Nce!.LogPartition!, fixture.Tensor("logPartition").to(type), rowTolerance);
            }
        }
    }

    [Fact]
    public void Compute_FullSoftmax_IsTheComposition()
    {
        using var method = Method(negatives: 0, proximal: 0.3);
        method.eval();
        var output = method.Compute(new(_images, _indices, Step: 7, WithMetrics: true));

        var embeddings = method.Head.call(method.Encoder.call(s_views.Apply(_images, seed: 3, step: 7, _indices)[0]));
        var memories = method.Bank.Gather(_indices);
        var loss = NonParametricSoftmax.Loss(embeddings, method.Bank.Rows, _indices, 0.2).add(ProximalRegularisation.Loss(embeddings, memories).mul(0.3));
        TensorAssert.Close(output.Loss, loss);
        output.Embeddings.Should().HaveCount(2).And.OnlyContain(one => !one.requires_grad);
        TensorAssert.Close(output.Embeddings[0], nn.functional.normalize(embeddings, dim: 1).detach());
        TensorAssert.Same(output.Embeddings[1], memories);
        TensorAssert.Close(output.Metrics["accuracy"], NonParametricSoftmax.Accuracy(embeddings, method.Bank.Rows, _indices));
        TensorAssert.Close(output.Metrics["similarity"], output.Embeddings[0].mul(memories).sum(1L).mean());
        output.Metrics["fill"].item<float>().Should().Be(0);
        (method.Nce is null, output.Loss.requires_grad).Should().Be((true, true));
    }

    [Fact]
    public void Compute_Negatives_IsTheComposition()
    {
        using var method = Method(negatives: 30);
        method.eval();
        var output = method.Compute(new(_images, _indices, Step: 7, WithMetrics: true));

        var embeddings = method.Head.call(method.Encoder.call(s_views.Apply(_images, seed: 3, step: 7, _indices)[0]));
        var scores = method.Bank.Scores(embeddings, new NegativeSampler(12).Draw(3, 7, _indices, 30)).div(0.2);
        TensorAssert.Close(output.Loss, Nce.Loss(scores, places: 12, logPartition: Nce.EstimateLogPartition(scores, places: 12)));

        // Thirty draws of twelve: the image's own memory is among them, and is no other candidate.
        TensorAssert.Close(output.Metrics["accuracy"], NonParametricSoftmax.Accuracy(embeddings, method.Bank.Rows, _indices), atol: 0.2);
        method.Bank.Rows.index_copy_(0, tensor(_indices.Select(index => (long)index).ToArray()), output.Embeddings[0]);
        method.Compute(new(_images, _indices, Step: 7, WithMetrics: true)).Metrics["accuracy"].item<float>().Should().Be(1);
    }

    [Fact]
    public void AfterStep_BlendsInWhatComputeSaw()
    {
        using var method = Method();
        using var bank = new MemoryBank(12, 8, seed: 2);
        var output = method.Compute(new(_images, _indices));
        TensorAssert.Same(method.Bank.Rows, bank.Rows);
        output.Loss.backward();
        (method.Bank.Rows.requires_grad, method.Bank.Rows.grad is null).Should().Be((false, true));
        method.AfterStep();
        bank.Update(output.Embeddings[0], _indices);
        TensorAssert.Close(method.Bank.Rows, bank.Rows);
        method.Bank.Fill().item<float>().Should().Be(0.5f);
        method.AfterStep();
        TensorAssert.Close(method.Bank.Rows, bank.Rows);
    }

    [Fact]
    public void AfterStep_SeveralBatchesInAStep_BlendsInAllInTheirOrder()
    {
        using var method = Method();
        using var bank = new MemoryBank(12, 8, seed: 2);
        int[][] batches = [_indices, [4, 4, 1, 2, 3, 9], [7, 4, 8, 2, 10, 11]];
        Tensor[] seen = [.. batches.Select((indices, step) => method.Compute(new(_images, indices, step)).Embeddings[0])];
        method.AfterStep();
        foreach (var (indices, embeddings) in batches.Zip(seen))
        {
            bank.Update(embeddings, indices);
        }

        TensorAssert.Close(method.Bank.Rows, bank.Rows);
    }

    [Fact]
    public void Compute_StepThatWasGivenUp_LeavesNothingToTheNext()
    {
        using var method = Method();
        using var bank = new MemoryBank(12, 8, seed: 2);
        method.Compute(new(_images, Examples.Indices(6), Step: 4));
        method.Compute(new(_images, Examples.Indices(6, first: 6), Step: 5));
        var again = method.Compute(new(_images, Examples.Indices(6), Step: 4));
        method.AfterStep();
        bank.Update(again.Embeddings[0], [0, 1, 2, 3, 4, 5]);
        TensorAssert.Close(method.Bank.Rows, bank.Rows);
    }

    [Fact]
    public void Compute_Evaluation_ChangesNothing()
    {
        using var method = Method(negatives: 5);
        method.eval();
        var before = method.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        method.Compute(new(_images, _indices));
        method.AfterStep();
        method.train();
        using (no_grad())
        {
            method.Compute(new(_images, _indices));
        }

        method.AfterStep();
        TensorAssert.Same(method.Bank.Rows, before["bank.rows"]);
        TensorAssert.Same(method.Bank.Updates, before["bank.updates"]);
    }

    [Fact]
    public void SaveAndLoad_AfterSomeSteps_GoesOnToTheSameBits()
    {
        using var whole = Method(negatives: 5);
        var expected = Enumerable.Range(0, 6).Select(step => Step(whole, step)).ToArray();
        using var first = Method(negatives: 5);
        Enumerable.Range(0, 3).Select(step => Step(first, step)).Should().Equal(expected[..3]);
        using var file = new MemoryStream();
        first.SaveSafetensors(file);
        file.Position = 0;
        using var second = Method(negatives: 5, seed: 9);
        second.LoadSafetensors(file).IsExact.Should().BeTrue();
        Enumerable.Range(3, 3).Select(step => Step(second, step)).Should().Equal(expected[3..]);
        TensorAssert.Same(second.Bank.Rows, whole.Bank.Rows);
        TensorAssert.Same(second.Nce!.LogPartition!, whole.Nce!.LogPartition!);
    }

    [Fact]
    public void StateDict_Method_HoldsAllThatItRemembers()
    {
        using var method = Method(negatives: 5);
        method.state_dict().Keys.Where(key => !key.StartsWith("encoder.", StringComparison.Ordinal)).Should()
            .Equal("head.layers.0.weight", "bank.rows", "bank.updates", "nce.logPartition", "nce.isEstimated");
        method.TrainedParameters().Select(entry => entry.Name.Split('.')[0]).Distinct().Should().Equal("encoder", "head");
        using var full = Method(negatives: 0);
        full.state_dict().Keys.Should().NotContain(key => key.StartsWith("nce", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Compute_TwelveImages_AreLearntByHeart(int negatives)
    {
        using var method = Method(negatives, new ViewPlan([new ViewPipeline()]));
        using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter), 1e-2);
        var images = Examples.Bytes(2, 12, s_shape);
        for (var step = 0; step < 40; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            method.Compute(new(images, Examples.Indices(12), step)).Loss.backward();
            optimizer.step();
            method.AfterStep();
        }

        var last = method.Compute(new(images, Examples.Indices(12), 100, WithMetrics: true));
        last.Metrics["accuracy"].item<float>().Should().Be(1);
        last.Metrics["similarity"].item<float>().Should().BeGreaterThan(0.8f);
        last.Metrics["fill"].item<float>().Should().Be(1);
    }

    [Fact]
    public void Presets_AreThePublishedSettings()
    {
        var (imageNet, cifar, full) = (InstanceDiscriminationOptions.ImageNet, InstanceDiscriminationOptions.Cifar10, InstanceDiscriminationOptions.Cifar10FullSoftmax);
        (imageNet.Temperature, imageNet.Negatives, imageNet.ProximalWeight).Should().Be((0.07, 4096, 0));
        (cifar.Temperature, cifar.Negatives, cifar.ProximalWeight).Should().Be((0.1, 4096, 0));
        (full.Temperature, full.Negatives).Should().Be((0.1, 0));
        new MemoryBank(2, 2).Momentum.Should().Be(0.5);
    }

    [Fact]
    public void Compute_Lifetimes_AreTheCallers()
    {
        foreach (var negatives in new[] { 0, 5 })
        {
            InstanceDiscrimination method;
            using (var scope = NewDisposeScope())
            {
                method = Method(negatives, proximal: 0.1);
                scope.DisposablesCount.Should().Be(0);
            }

            LeakCheck.NothingLeft(() => method.Compute(new(_images, _indices, WithMetrics: true)).Dispose(), _images);
            LeakCheck.NothingLeft(
                () =>
                {
                    using var scope = NewDisposeScope();
                    method.Compute(new(_images, _indices)).Loss.backward();
                    method.AfterStep();
                    method.zero_grad();
                },
                _images);
            method.Dispose();
        }

        LeakCheck.NothingLeft(() =>
        {
            // Nobody calls AfterStep: the method's end is the end of what it kept.
            using var method = Method(negatives: 5);
            method.Compute(new(_images, _indices, Step: 1)).Dispose();
            method.Compute(new(_images, _indices, Step: 2)).Dispose();
        });
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var method = Method();
        FluentActions.Invoking(() => Method(views: ViewPlan.TwoViews(new ViewPipeline()))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `views` to plan one view, but it plans 2.*");
        FluentActions.Invoking(() => Method(negatives: -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Negatives");
        FluentActions.Invoking(() => Method(proximal: -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("ProximalWeight");
        FluentActions.Invoking(() => Method(temperature: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Temperature");
        FluentActions.Invoking(() => new InstanceDiscrimination(method.Encoder, method.Head, s_views, null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.Compute(new(_images, Examples.Indices(6, first: 7)))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `Indices` to be from 0 to 11, the memory's rows, but number 5 is 12.*");
        method.Invoking(one => one.Compute(new(_images, Examples.Indices(3)))).Should().Throw<ArgumentException>();
        method.Invoking(one => one.Compute(new(_images, _indices), player: 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.AfterStep(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.Compute(new(_images, _indices, Step: -1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        using var narrow = new InstanceDiscrimination(
            new SmallConvNet(4), ProjectionHead.Linear(16, 8), s_views, new MemoryBank(12, 5), new() { Negatives = 0 });
        narrow.Invoking(one => one.Compute(new(_images, _indices))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `embeddings` to have 5 columns like `bank`, but got [6, 8].");
    }

    private static InstanceDiscrimination Method(
        int negatives = 0, ViewPlan? views = null, double proximal = 0, double temperature = 0.2, int seed = 1)
    {
        using var weights = new Generator((ulong)seed);
        var encoder = new SmallConvNet(4, generator: weights);
        return new InstanceDiscrimination(
            encoder,
            ProjectionHead.Linear(encoder.FeatureDimension, 8, weights),
            views ?? s_views,
            new MemoryBank(12, 8, seed: seed + 1),
            new() { Temperature = temperature, Negatives = negatives, ProximalWeight = proximal, Seed = 3 });
    }

    private static double[] Train(InstanceDiscrimination method, Fixture fixture, ScalarType type)
    {
        using var optimizer = optim.SGD(method.TrainedParameters().Select(entry => entry.Parameter), learningRate: 0.01, momentum: 0.9);
        var (images, indices, losses) = (fixture.Tensor("images").to(type), fixture.Tensor("indices"), new double[20]);
        for (var step = 0; step < losses.Length; step++)
        {
            using var inner = NewDisposeScope();
            int[] chosen = [.. TensorAssert.Values(indices[step]).Select(value => (int)value)];
            optimizer.zero_grad();
            var loss = method.Compute(new(images.index_select(0, indices[step]), chosen, step)).Loss;
            loss.backward();
            optimizer.step();
            method.AfterStep();
            losses[step] = loss.to(float64).item<double>();
        }

        return losses;
    }

    private static InstanceDiscrimination Method(Fixture fixture, ScalarType type)
    {
        var seed = (long)fixture.Number("seed");
        var method = new InstanceDiscrimination(
            new SmallConvNet(4, inputChannels: 1),
            ProjectionHead.Linear(16, 6),
            new ViewPlan([new ViewPipeline(new Identity())]),
            new MemoryBank(12, 6, seed: seed),
            new()
            {
                Temperature = fixture.Number("temperature"),
                Negatives = (int)fixture.Number("negatives"),
                ProximalWeight = fixture.Number("proximal"),
                Seed = seed,
            });
        method.to(type);
        using var noGradient = no_grad();
        method.Bank.Rows.copy_(fixture.Tensor("rows"));
        foreach (var (name, parameter) in method.named_parameters())
        {
            parameter.copy_(fixture.Tensor($"first.{name}"));
        }

        return method;
    }

    private float Step(InstanceDiscrimination method, int step)
    {
        using var scope = NewDisposeScope();
        using var optimizer = optim.SGD(method.TrainedParameters().Select(entry => entry.Parameter), learningRate: 0.1);
        optimizer.zero_grad();
        var loss = method.Compute(new(_images, Array.ConvertAll(_indices, index => (index + (5 * step)) % 12), step)).Loss;
        loss.backward();
        optimizer.step();
        method.AfterStep();
        return loss.item<float>();
    }
}
