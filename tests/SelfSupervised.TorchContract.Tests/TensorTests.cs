using System.Runtime.InteropServices;
using FluentAssertions;
using SelfSupervised.Testing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace SelfSupervised.TorchContract.Tests;

public sealed class TensorTests
{
    [Fact]
    public void Error_FromLibtorch_IsAnExternalExceptionThatSaysWhatLibtorchSaid()
    {
        using var x = ones(2, 3);
        x.Invoking(t => t.mm(t)).Should().Throw<ExternalException>().WithMessage("*shapes cannot be multiplied (2x3 and 2x3)*");
    }

    [Fact]
    public void Error_Thrown_LeavesNothingBehind()
    {
        using var x = ones(2, 3);
        LeakCheck.NothingLeft(() =>
        {
            using var scope = NewDisposeScope();
            x.Invoking(t => t.mm(t)).Should().Throw<ExternalException>();
        }, x);
    }

    [Fact]
    public void Tensor_FromAnArray_CopiesIt()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        using var x = tensor(values, [2, 3]);
        values[0] = 9;
        x.shape.Should().Equal(2, 3);
        x.data<float>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void AsTensor_OfAnArray_SharesItsMemory()
    {
        float[] values = [1, 2, 3];
        using (var x = as_tensor(values)) x.mul_(2);
        values.Should().Equal(2, 4, 6);
    }

    [Fact]
    public void Tensor_OfEachElementType_KeepsTypeAndValues()
    {
        using var scope = NewDisposeScope();
        tensor(new byte[] { 1, 255 }).dtype.Should().Be(ScalarType.Byte);
        tensor(new sbyte[] { -1 }).dtype.Should().Be(ScalarType.Int8);
        tensor(new short[] { -1 }).dtype.Should().Be(ScalarType.Int16);
        tensor(new int[] { -1 }).dtype.Should().Be(ScalarType.Int32);
        tensor(new long[] { 1L << 40 }).item<long>().Should().Be(1L << 40);
        tensor(new float[] { 0.5f }).dtype.Should().Be(ScalarType.Float32);
        tensor(new double[] { 0.1 }).item<double>().Should().Be(0.1);
        tensor(new bool[] { true, false }).data<bool>().ToArray().Should().Equal(true, false);
        tensor(new int[] { 1, 2 }, ScalarType.Float32).dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Tensor_ConvertedWhileItIsMade_IsALeafOnlyWithoutGradient()
    {
        using var scope = NewDisposeScope();
        tensor(new double[] { 1 }, requires_grad: true).is_leaf.Should().BeTrue();
        var converted = tensor(new double[] { 1 }, dtype: ScalarType.Float32, requires_grad: true);
        converted.requires_grad.Should().BeTrue();
        converted.is_leaf.Should().BeFalse("its gradient arrives at a tensor that nobody can reach");
    }

    [Fact]
    public void Data_OfAnotherType_IsRefused()
    {
        using var x = ones(2);
        x.Invoking(t => t.data<double>()).Should().Throw<ArgumentException>();
        x.Invoking(t => t.item<float>()).Should().Throw<ArgumentException>("two elements are no single one");
    }

    [Fact]
    public void Data_OfATransposedView_IsInLogicalOrder()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).t();
        var read = new float[6];
        x.data<float>().CopyTo(read);
        read.Should().Equal(1, 4, 2, 5, 3, 6);
        x.data<float>()[2, 1].Should().Be(6);
    }

    [Fact]
    public void Bytes_Written_AreTheTensors()
    {
        using var x = zeros(2);
        MemoryMarshal.Cast<byte, float>(x.bytes)[1] = 7;
        x.data<float>().ToArray().Should().Equal(0, 7);
    }

    [Fact]
    public void Index_BySlicesNumbersAndTensors_SelectsLikePython()
    {
        using var scope = NewDisposeScope();
        var x = arange(24, ScalarType.Int64).reshape(2, 3, 4);
        x[1, 2, 3].item<long>().Should().Be(23);
        x[1].shape.Should().Equal(3, 4);
        x[TensorIndex.Ellipsis, TensorIndex.Slice(1, 4, 2)].shape.Should().Equal(2, 3, 2);
        x[TensorIndex.Colon, TensorIndex.Single(-1)].data<long>().Should().Equal(8, 9, 10, 11, 20, 21, 22, 23);
        x[TensorIndex.None, TensorIndex.Single(0)].shape.Should().Equal(1, 3, 4);
        x[TensorIndex.Tensor(tensor(new long[] { 1, 0 })), TensorIndex.Colon, TensorIndex.Single(0)].data<long>().Should().Equal(12, 16, 20, 0, 4, 8);
        x[TensorIndex.Tensor(x.gt(21))].data<long>().Should().Equal(22, 23);
        x[.., 1..2].shape.Should().Equal(2, 1, 4);
    }

    [Fact]
    public void IndexPut_OnASlice_WritesInPlace()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        x[TensorIndex.Colon, TensorIndex.Single(1)] = ones(2);
        x.index_put_(tensor(5f), TensorIndex.Tensor(tensor(new long[] { 0 })), TensorIndex.Single(2));
        x.data<float>().ToArray().Should().Equal(0, 1, 5, 0, 1, 0);
    }

    [Fact]
    public void InPlaceOperators_ReturnTheSameObject()
    {
        using var x = ones(2);
        x.add_(1).Should().BeSameAs(x);
        x.mul_(2).Should().BeSameAs(x);
        x.data<float>().Should().Equal(4, 4);
    }

    [Fact]
    public void Zero_ReturnsASecondHandle_ThatMustBeDisposedToo()
    {
        using var x = ones(2);
        using var second = x.zero_();
        second.Should().NotBeSameAs(x);
        second.add_(3);
        x.data<float>().Should().Equal(3, 3);
    }

    [Fact]
    public void Full_WithoutAType_TakesItFromTheValue()
    {
        using var scope = NewDisposeScope();
        full(2, 3).dtype.Should().Be(ScalarType.Int64);
        full(2, 3.0).dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void To_WithNothingToChange_IsAnotherTensorOverTheSameMemory()
    {
        using var x = ones(2);
        using var same = x.to(ScalarType.Float32);
        same.Should().NotBeSameAs(x);
        same.add_(1);
        x.data<float>().Should().Equal(2, 2);
    }

    [Fact]
    public void Scalars_OfEachKind_KeepTypeAndValue()
    {
        ((Scalar)3).Type.Should().Be(ScalarType.Int64);
        ((Scalar)0.5f).Type.Should().Be(ScalarType.Float64);
        ((Scalar)true).Type.Should().Be(ScalarType.Bool);
        ((Scalar)(1L << 60)).ToInt64().Should().Be(1L << 60);
        ((Scalar)2.5).ToDouble().Should().Be(2.5);
    }

    [Fact]
    public void Clone_OfAMutatedTensor_IsApart()
    {
        using var x = ones(2);
        using var copy = x.clone();
        x.zero_();
        copy.data<float>().Should().Equal(1, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SaveAndLoad_InEitherFormat_RestoresTypeShapeAndBits(bool dotnetFormat)
    {
        var file = Path.GetTempFileName();
        try
        {
            using var x = tensor(new double[,] { { 0.1, double.NaN }, { double.NegativeInfinity, -0.0 } });
            if (dotnetFormat) x.Save(file); else save(x, file);
            using var y = dotnetFormat ? Tensor.Load(file) : load(file);
            y.dtype.Should().Be(ScalarType.Float64);
            y.shape.Should().Equal(2, 2);
            y.bytes.ToArray().Should().Equal(x.bytes.ToArray());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Generator_SameSeed_SameNumbersAndStateRoundTrips()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var state = generator.get_state();
        var first = rand(16, generator: generator);
        generator.set_state(state);
        TensorAssert.Same(rand(16, generator: generator), first);
        using var twin = new Generator(7);
        TensorAssert.Same(rand(16, generator: twin), first);
        twin.initial_seed().Should().Be(7);
        twin.manual_seed(8);
        rand(16, generator: twin).Equals(first).Should().BeFalse();
    }

    [Fact]
    public void ManualSeed_Repeated_RepeatsTheGlobalStream()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var first = randn(8);
        manual_seed(3);
        TensorAssert.Same(randn(8), first);
    }

    [Fact]
    public void SetNumThreads_IsReadBack()
    {
        var before = get_num_threads();
        set_num_threads(1);
        get_num_threads().Should().Be(1);
        set_num_threads(before);
    }

    [Fact]
    public void Device_Text_RoundTrips()
    {
        CPU.ToString().Should().Be("cpu");
        new Device("cuda:1").ToString().Should().Be("cuda:1");
        new Device("cuda").index.Should().Be(-1);
        FluentActions.Invoking(() => new Device("toaster")).Should().Throw<ArgumentException>();
    }

    [CudaFact]
    public void Cuda_RoundTrip_KeepsValues()
    {
        using var scope = NewDisposeScope();
        var x = arange(10, ScalarType.Float32);
        var there = x.cuda();
        there.device_type.Should().Be(DeviceType.CUDA);
        cuda.synchronize();
        TensorAssert.Same(there.add(1).cpu(), x.add(1));
        using var generator = new Generator(1, CUDA);
        rand(4, device: CUDA, generator: generator).is_cuda.Should().BeTrue();
    }
}
