using SelfSupervised.Core.Encoders;

namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>What an encoder refuses, and what one of one's own has to say.</summary>
public sealed class EncoderInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ResNet _encoder = new(new ResNetLayout(18, baseWidth: 4));
    private readonly Tensor _images = RandomTensors.Normal(1, [4, 3, 32, 32], ScalarType.Float32);

    public void Dispose()
    {
        _encoder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(new long[] { 3, 32, 32 }, "Expected `images` to have shape [B, 3, H, W], none of them 0, but got [3, 32, 32].")]
    [InlineData(new long[] { 4, 1, 32, 32 }, "Expected `images` to have shape [B, 3, H, W], none of them 0, but got [4, 1, 32, 32].")]
    [InlineData(new long[] { 0, 3, 32, 32 }, "Expected `images` to have shape [B, 3, H, W], none of them 0, but got [0, 3, 32, 32].")]
    [InlineData(new long[] { 4, 3, 32, 31 }, "Expected `images` to be at least 32 by 32 pixels, but got [4, 3, 32, 31].")]
    [InlineData(new long[] { 1, 3, 32, 32 }, "Expected `images` to leave batch norm at least 2 values per channel while training, but [1, 3, 32, 32] leaves 1.")]
    public void Forward_WrongShape_Throws(long[] shape, string message)
    {
        _encoder.Invoking(one => one.call(zeros(shape))).Should().ThrowExactly<ArgumentException>().WithMessage(message);
        _encoder.Invoking(one => one.StageOutputs(zeros(shape))).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Forward_OneImageNotTraining_IsFine()
    {
        _encoder.eval();
        TensorAssert.Finite(_encoder.call(_images[TensorIndex.Slice(0, 1)]));
    }

    [Fact]
    public void Forward_OtherTypeOrDisposed_Throws()
    {
        _encoder.Invoking(one => one.call(_images.@double())).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `images` to be Float32 like `conv1.weight`, but got Float64.");
        _encoder.Invoking(one => one.call(null!)).Should().Throw<ArgumentNullException>().WithParameterName("images");
        var disposed = zeros(4, 3, 32, 32);
        disposed.Dispose();
        _encoder.Invoking(one => one.call(disposed)).Should().Throw<ObjectDisposedException>();
        _encoder.Invoking(one => one.Pool(zeros(2, 5, 1, 1))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `map` to have shape [B, 32, H, W], none of them 0, but got [2, 5, 1, 1].");
    }

    [Fact]
    public void OwnEncoder_OneStage_IsPooledByDefault()
    {
        using var encoder = new Halves(inputChannels: 2, stride: 2, [2]);
        TensorAssert.Close(encoder.call(ones(1, 2, 6, 4)), [0.5, 0.5], [1, 2]);
        encoder.StageOutputs(ones(1, 2, 6, 4)).Single().shape.Should().Equal(1, 2, 6, 4);
        encoder.FeatureDimension.Should().Be(2);
    }

    [Fact]
    public void OwnEncoder_BadNumbers_Throws()
    {
        FluentActions.Invoking(() => new Halves(0, 1, [2])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputChannels");
        FluentActions.Invoking(() => new Halves(1, 0, [2])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("stride");
        FluentActions.Invoking(() => new Halves(1, 1, [])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `stageChannels` to name at least one stage, but it is empty.");
        FluentActions.Invoking(() => new Halves(1, 1, null!)).Should().Throw<ArgumentNullException>().WithParameterName("stageChannels");
    }

    private sealed class Halves(long inputChannels, long stride, long[] stageChannels)
        : Encoder(nameof(Halves), inputChannels, stride, stageChannels)
    {
        protected override Tensor Stage(int index, Tensor input) => input * 0.5;
    }
}
