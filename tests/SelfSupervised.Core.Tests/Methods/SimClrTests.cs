using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class SimClrTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_views = ViewPlan.TwoViews(ViewPresets.SimClrCifar(16));

    [Fact]
    public void Compute_Batch_IsTheComposition()
    {
        using var scope = NewDisposeScope();
        var (encoder, head, method) = Method();
        method.eval();
        var images = Examples.Bytes(1, 6, s_shape);
        int[] indices = [4, 9, 2, 0, 11, 5];
        var output = method.Compute(new(images, indices, Step: 7, WithMetrics: true));

        var views = s_views.Apply(images, seed: 3, step: 7, indices);
        Tensor[] embeddings = [.. views.Select(view => head.call(encoder.call(view)))];
        TensorAssert.Close(output.Loss, NTXent.Loss(embeddings, 0.3));
        TensorAssert.Close(output.Metrics["accuracy"], NTXent.Accuracy(embeddings));
        output.Embeddings.Should().HaveCount(2);
        TensorAssert.Close(output.Embeddings[1], embeddings[1].detach());
        output.Embeddings.Should().OnlyContain(one => !one.requires_grad);
        output.Loss.requires_grad.Should().BeTrue();
    }

    [Fact]
    public void Compute_Training_SeesBothViewsInOneBatch()
    {
        using var scope = NewDisposeScope();
        var (encoder, head, method) = Method();
        var images = Examples.Bytes(1, 6, s_shape);
        var output = method.Compute(new(images, Examples.Indices(6)));
        var (otherEncoder, otherHead, _) = Method();
        var views = s_views.Apply(images, seed: 3, step: 0, Examples.Indices(6));
        TensorAssert.Close(output.Loss, NTXent.Loss(otherHead.call(otherEncoder.call(cat([.. views]))).chunk(2), 0.3));
        (encoder.training, head.training).Should().Be((true, true));
    }

    [Fact]
    public void Compute_EightImages_AreLearntByHeart()
    {
        // The first view is the image itself, so that all there is to learn is which image is which.
        using var scope = NewDisposeScope();
        using var weights = new Generator(1);
        var encoder = new SmallConvNet(8, generator: weights);
        var views = new ViewPlan([new ViewPipeline(), new ViewPipeline(new RandomHorizontalFlip())]);
        using var method = new SimClr(encoder, ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 16, weights), views, seed: 2);
        using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter), 1e-2);
        var images = Examples.Bytes(2, 8, s_shape);
        var first = 0f;
        for (var step = 0; step < 40; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = method.Compute(new(images, Examples.Indices(8), step)).Loss;
            first = step == 0 ? loss.item<float>() : first;
            loss.backward();
            optimizer.step();
            method.AfterStep();
        }

        var last = method.Compute(new(images, Examples.Indices(8), 100, WithMetrics: true));
        last.Metrics["accuracy"].item<float>().Should().Be(1);
        last.Loss.item<float>().Should().BeLessThan(first - 0.5f);
    }

    [Fact]
    public void StateDict_Method_HoldsEncoderAndHead()
    {
        var (_, _, method) = Method();
        method.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("encoder", "head");
        method.TrainedParameters().Select(entry => entry.Name).Should().Contain("encoder.layer1.0.weight").And.Contain("head.layers.0.weight");
        method.Players.Should().Equal("model");
    }

    [Fact]
    public void Compute_Lifetimes_AreTheCallers()
    {
        SimClr method;
        using (var scope = NewDisposeScope())
        {
            method = Method().Method;
            scope.DisposablesCount.Should().Be(0);
        }

        var images = Examples.Bytes(1, 4, s_shape);
        LeakCheck.NothingLeft(() => method.Compute(new(images, Examples.Indices(4), WithMetrics: true)).Dispose(), images);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                method.Compute(new(images, Examples.Indices(4))).Loss.backward();
                method.zero_grad();
            },
            images);
        LeakCheck.NothingLeft(() => Method().Method.Dispose());
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var (encoder, head, method) = Method();
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => new SimClr(encoder, head, ViewPlan.Repeated(new ViewPipeline(), 1))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `views` to plan at least two views, but it plans one.*");
        FluentActions.Invoking(() => new SimClr(encoder, head, s_views, temperature: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("temperature");
        FluentActions.Invoking(() => new SimClr(null!, head, s_views)).Should().Throw<ArgumentNullException>().WithParameterName("encoder");
        method.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.Compute(new(images, Examples.Indices(4)), player: 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.Compute(new(images, Examples.Indices(3)))).Should().ThrowExactly<ArgumentException>();
        method.Invoking(one => one.Compute(new(images, Examples.Indices(4), Step: -1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        var mixed = new SimClr(encoder, head, ViewPlan.ManyCrops(ViewPresets.SimClrCifar(16), ViewPresets.SimClrCifar(8), 1, 1));
        mixed.Invoking(one => one.Compute(new(images, Examples.Indices(4)))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected all views to have one size, but got [4, 3, 16, 16], [4, 3, 8, 8].");
    }

    private static (SmallConvNet Encoder, ProjectionHead Head, SimClr Method) Method()
    {
        using var weights = new Generator(1);
        var encoder = new SmallConvNet(4, generator: weights);
        var head = ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 8, weights);
        return (encoder, head, new SimClr(encoder, head, s_views, temperature: 0.3, seed: 3));
    }
}
