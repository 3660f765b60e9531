using System.Text.Json;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Read_FileWrittenByPython_HasItsTensors()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Fixtures", "safetensors.json");
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        using var content = Safetensors.Read(new MemoryStream(document.RootElement.GetProperty("base64").GetBytesFromBase64()));
        var tensors = content.Tensors;

        tensors.Keys.Should().BeEquivalentTo("weight", "größe", "nan", "half", "brain", "flags", "empty", "bytes");
        content.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["format"] = "pt", ["note"] = "β" });
        TensorAssert.Same(tensors["weight"], tensor(new[] { 0.5f, -1, 2, 1e-40f, 3e38f, -0.0f }, [2, 3]));
        TensorAssert.Same(tensors["größe"], tensor(long.MinValue));
        TensorAssert.Same(tensors["half"], tensor(new[] { 1.5f, -2, 65504 }, ScalarType.Float16));
        TensorAssert.Same(tensors["brain"], tensor(new[] { 1f, -2.5f }, ScalarType.BFloat16));
        TensorAssert.Same(tensors["flags"], tensor(new[] { true, false, false, true }, [2, 2]));
        (tensors["empty"].dtype, tensors["empty"].numel()).Should().Be((ScalarType.Float64, 0));
        tensors["empty"].shape.Should().Equal(0, 4);
        TensorAssert.Same(tensors["bytes"], tensor(new byte[] { 0, 255 }));
        Convert.ToHexString(tensors["nan"].bytes).Should().Be("0100C07FEFBEADFF000080FF", "a NaN keeps its bits");
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void WriteAndRead_EveryType_KeepsEveryBit(ScalarType type)
    {
        var original = empty([3, 5], type);
        new Random(1).NextBytes(original.bytes);
        if (type == ScalarType.Bool)
        {
            foreach (ref var value in original.bytes)
            {
                value &= 1;
            }
        }

        var tensors = new Dictionary<string, Tensor> { ["a"] = original, ["scalar"] = zeros([], type), ["none"] = empty([2, 0, 3], type) };
        using var content = RoundTrip(tensors);
        content.Tensors["a"].dtype.Should().Be(type);
        content.Tensors["a"].bytes.SequenceEqual(original.bytes).Should().BeTrue();
        content.Tensors["scalar"].shape.Should().BeEmpty();
        content.Tensors["none"].shape.Should().Equal(2, 0, 3);
        content.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void Write_TransposedOrLearned_WritesLogicalOrder()
    {
        var matrix = RandomTensors.Normal(1, [3, 4], ScalarType.Float32, requiresGrad: true);
        using var content = RoundTrip(new Dictionary<string, Tensor> { ["transposed"] = matrix.t(), ["learned"] = matrix });
        TensorAssert.Same(content.Tensors["transposed"], matrix.t());
        TensorAssert.Same(content.Tensors["learned"], matrix);
        content.Tensors["learned"].requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Write_Layout_IsTheFormats()
    {
        var tensors = new Dictionary<string, Tensor> { ["b\"yte"] = tensor(new byte[] { 7 }), ["double"] = tensor(new double[] { 1 }) };
        var file = Written(tensors, new Dictionary<string, string> { ["z"] = "1", ["a"] = "é" });
        var length = BitConverter.ToInt32(file);
        length.Should().Match(value => value % 8 == 0, "the data is to begin aligned");
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        header.RootElement.EnumerateObject().Select(property => property.Name).Should().Equal("__metadata__", "double", "b\"yte");
        header.RootElement.GetProperty("double").GetRawText().Should().Be("""{"dtype":"F64","shape":[1],"data_offsets":[0,8]}""");
        header.RootElement.GetProperty("__metadata__").GetProperty("a").GetString().Should().Be("é");
        file[(8 + length)..].Should().Equal([.. BitConverter.GetBytes(1.0), 7]);
        Written(tensors, new Dictionary<string, string> { ["a"] = "é", ["z"] = "1" }).Should().Equal(file, "the order of what is given doesn't matter");
    }

    [Fact]
    public void WriteAndRead_Nothing_IsAnEmptyFile()
    {
        using var content = RoundTrip([]);
        content.Tensors.Should().BeEmpty();
    }

    [Fact]
    public void Read_StreamThatGivesLittleAtATime_ReadsAll()
    {
        var original = RandomTensors.Normal(1, [100, 100]);
        using var slow = new SlowStream(Written(new Dictionary<string, Tensor> { ["a"] = original }));
        using var content = Safetensors.Read(slow);
        TensorAssert.Same(content.Tensors["a"], original);
    }

    [Fact]
    public void ReadAndWrite_LeaveNothingButTheContent()
    {
        var file = Written(new Dictionary<string, Tensor> { ["a"] = ones(3), ["b"] = ones(2, dtype: ScalarType.Bool) });
        LeakCheck.NothingLeft(() => Safetensors.Read(new MemoryStream(file)).Dispose());
        LeakCheck.NothingLeft(() =>
        {
            using var scope = NewDisposeScope();
            _ = Safetensors.Read(new MemoryStream(file));
        });
        var learned = ones([2, 3], requires_grad: true);
        LeakCheck.NothingLeft(() => Written(new Dictionary<string, Tensor> { ["a"] = learned }), learned);
    }

    [Fact]
    public void Read_PipeOrNull_Throws()
    {
        FluentActions.Invoking(() => Safetensors.Read(null!)).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        using var forward = new SlowStream([], canSeek: false);
        FluentActions.Invoking(() => Safetensors.Read(forward)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `stream` to be readable and seekable, but it is not.*");
    }

    [Fact]
    public void Write_WhatTheFormatLacks_Throws()
    {
        Message("a", ones(2, dtype: ScalarType.ComplexFloat32)).Should().Be("Expected `a` to have a type that safetensors knows, but got ComplexFloat32.");
        Message("__metadata__", ones(2)).Should().Be("Expected no tensor to be named `__metadata__`: the format keeps that name for itself.");
        var disposed = ones(2);
        disposed.Dispose();
        FluentActions.Invoking(() => RoundTrip(new Dictionary<string, Tensor> { ["a"] = disposed })).Should().Throw<ObjectDisposedException>();
        using var closed = new MemoryStream([], writable: false);
        FluentActions.Invoking(() => Safetensors.Write(closed, new Dictionary<string, Tensor>())).Should().Throw<ArgumentException>()
            .WithMessage("Expected `stream` to be writable, but it is not.*");
    }

    private static string Message(string name, Tensor value) =>
        FluentActions.Invoking(() => Written(new Dictionary<string, Tensor> { [name] = value })).Should().ThrowExactly<ArgumentException>().Which.Message;

    private static byte[] Written(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static SafetensorsContent RoundTrip(Dictionary<string, Tensor> tensors) => Safetensors.Read(new MemoryStream(Written(tensors)));

    private sealed class SlowStream(byte[] content, bool canSeek = true) : MemoryStream(content)
    {
        public override bool CanSeek => canSeek;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
