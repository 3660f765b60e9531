using SelfSupervised.Core;

namespace SelfSupervised.Data.Tests;

public sealed class ImageSetTests : IDisposable
{
    private static readonly ImageShape _shape = new(2, 1, 3);
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly MemoryImageSet _set = new(
        Enumerable.Range(0, 24).Select(i => (byte)(i * 11)).ToArray(), _shape, new Factor("class", [1, 0, 2, 1], ["a", "b", "c"]));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Images_SomeIndices_AreTheBytesOver255InThatOrder()
    {
        var expected = new[] { 3, 0, 3 }.SelectMany(i => Enumerable.Range(i * 6, 6)).Select(i => i * 11 / 255.0).ToArray();
        var images = _set.Images([3, 0, 3]);
        images.dtype.Should().Be(ScalarType.Float32);
        TensorAssert.Close(images, expected, [3, 2, 1, 3], atol: 1e-7);
        new MemoryImageSet([0, 255], new ImageShape(1, 1, 1)).Images([0, 1]).data<float>().ToArray().Should().Equal(0f, 1f);
    }

    [Fact]
    public void ToBytes_Batch_IsItsPixels()
    {
        using var batch = _set.Batch([3, 0]);
        TensorAssert.Same(batch.ToBytes(), tensor(batch.Pixels.ToArray(), [2, 2, 1, 3]));
        LeakCheck.OnlyResult(() => batch.ToBytes());
    }

    [Fact]
    public void Images_Result_IsAllThatIsLeft() => LeakCheck.OnlyResult(() => _set.Images([0, 2]));

    [Fact]
    public void FromTensor_Transposed_KeepsNoTensorAndTheLogicalOrder()
    {
        var images = arange(24, dtype: ScalarType.Byte).view(2, 2, 3, 2).transpose(1, 3);
        LeakCheck.NothingLeft(() => MemoryImageSet.FromTensor(images), images);
        var set = MemoryImageSet.FromTensor(images);
        (set.Count, set.Shape).Should().Be((2, new ImageShape(2, 3, 2)));
        set.Bytes(0).ToArray().Should().Equal(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11);
    }

    [Fact]
    public void FromTensor_OtherTypeOrRank_Throws()
    {
        FluentActions.Invoking(() => MemoryImageSet.FromTensor(zeros(1, 1, 2, 2))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `images` to be Byte of shape [N, C, H, W] with at most * values, but got Float32 of shape [1, 1, 2, 2].*");
        FluentActions.Invoking(() => MemoryImageSet.FromTensor(zeros(1, 2, 2, dtype: ScalarType.Byte))).Should()
            .Throw<ArgumentException>().WithMessage("*but got Byte of shape [1, 2, 2].*");
    }

    [Fact]
    public void Batch_SomeIndices_KnowsThemAndTheirLabels()
    {
        using var batch = _set.Batch([2, 0]);
        batch.Indices.ToArray().Should().Equal(2, 0);
        batch.Labels.Should().Equal(2, 1);
        batch.Pixels.ToArray().Should().Equal([.. _set.Bytes(2), .. _set.Bytes(0)]);
        batch.ImageSet.Should().BeSameAs(_set);
    }

    [Fact]
    public void Batch_NoLabels_HasNone() => new MemoryImageSet(new byte[6], _shape).Batch([0]).Labels.Should().BeNull();

    [Fact]
    public void Batch_Disposed_ThrowsOnlyForPixels()
    {
        var batch = _set.Batch([2, 0]);
        batch.Dispose();
        batch.Dispose();
        batch.Indices.ToArray().Should().Equal(2, 0);
        FluentActions.Invoking(() => batch.Pixels.Length).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => batch.ToTensor()).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => batch.ToBytes()).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void Batch_NoSuchImage_Throws(int index)
    {
        FluentActions.Invoking(() => _set.Batch([0, index])).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("indices").WithMessage($"Expected `indices` to be from 0 to 3, but got {index}.*");
        FluentActions.Invoking(() => _set.Bytes(index).Length).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(index));
        FluentActions.Invoking(() => _set.Read(index, new byte[6])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(index));
    }

    [Fact]
    public void Batch_NoIndex_Throws() =>
        FluentActions.Invoking(() => _set.Batch([])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `indices` to name from 1 to * images of shape [2, 1, 3], but it names 0.*");

    [Fact]
    public void Read_OtherSize_Throws() =>
        FluentActions.Invoking(() => _set.Read(0, new byte[5])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `image` to hold 6 elements, but it holds 5.*");

    [Fact]
    public void ToMemory_AnotherSet_HasTheSameImagesLabelsAndFactors()
    {
        var set = new Procedural(100);
        var copy = set.ToMemory();
        (copy.Count, copy.Shape, copy.Labels).Should().Be((100, set.Shape, null));
        copy.Factors.Should().ContainSingle().Which.Should().BeSameAs(set.Factors[0]);
        Enumerable.Range(0, 100).Select(i => copy.Bytes(i)[0]).Should().Equal(Enumerable.Range(0, 100).Select(i => (byte)i));
    }

    [Fact]
    public void ToMemory_UnreadableImage_ThrowsItsError() =>
        FluentActions.Invoking(() => new Procedural(10, bad: 7).ToMemory()).Should().ThrowExactly<IOException>().WithMessage("Image 7 is bad.");

    [Fact]
    public void Constructor_PartOfAnImage_Throws() =>
        FluentActions.Invoking(() => new MemoryImageSet(new byte[7], _shape)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `images` to hold whole images of shape [2, 1, 3], 6 bytes each, but it holds 7 bytes.*");

    [Fact]
    public void Constructor_NoShape_Throws() =>
        FluentActions.Invoking(() => new MemoryImageSet(new byte[7], default)).Should().Throw<ArgumentException>();

    [Fact]
    public void Constructor_OtherNumberOfLabels_Throws() =>
        FluentActions.Invoking(() => new MemoryImageSet(new byte[6], _shape, new Factor("class", [0, 1], 2))).Should()
            .Throw<ArgumentException>().WithMessage("Expected `class` to hold 1 elements, but it holds 2.*");

    [Fact]
    public void Shape_TooLarge_Throws() =>
        FluentActions.Invoking(() => new ImageShape(2, 40_000, 40_000)).Should().Throw<ArgumentException>()
            .WithMessage("Expected an image to have at most 1073741824 values, but got the shape [2, 40000, 40000].");

    [Theory]
    [InlineData(0, 1, 1, "channels")]
    [InlineData(1, 0, 1, "height")]
    [InlineData(1, 1, -1, "width")]
    public void Shape_Empty_Throws(int channels, int height, int width, string name) =>
        FluentActions.Invoking(() => new ImageShape(channels, height, width)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Factor_ValueOutOfRange_Throws() =>
        FluentActions.Invoking(() => new Factor("x", [0, 3], 3)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `values` to be from 0 to 2, but number 1 is 3.*");

    [Fact]
    public void Factor_NoNames_Throws() =>
        FluentActions.Invoking(() => new Factor("x", [], [])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("valueNames");

    [Fact]
    public void Factor_NoSuchValueOrImage_Throws()
    {
        var factor = new Factor("x", [0, 1], 2);
        FluentActions.Invoking(() => factor.NameOf(2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("value");
        FluentActions.Invoking(() => factor.At([2])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("indices");
    }

    [CudaFact]
    public void Images_OnCuda_AreThere()
    {
        var images = _set.Images([1], CUDA);
        images.device_type.Should().Be(DeviceType.CUDA);
        TensorAssert.Close(images.cpu(), _set.Images([1]), atol: 1e-6);
    }
}
