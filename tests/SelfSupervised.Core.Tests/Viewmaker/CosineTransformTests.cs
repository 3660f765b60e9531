using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class CosineTransformTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly CosineTransform _plain = new();
    private readonly CosineTransform _orthonormal = new(orthonormal: true);
    private readonly Tensor _images = Encoders.Formula.Values("images", 2, 3, 6, 5);

    public void Dispose()
    {
        _plain.Dispose();
        _orthonormal.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Transform_OneToFour_IsAsPublished() => TensorAssert.Close(
        _plain.Transform(tensor(new[] { 1.0, 2, 3, 4 }, [4, 1])), [40, -12.61728812, 0, -0.89668306], [4, 1], atol: 1e-8);

    [Fact]
    public void Transform_Ones_IsFourTimesTheSizeAtTheOrigin()
    {
        var expected = zeros(5, 5, dtype: ScalarType.Float64);
        expected[0, 0] = 100;
        TensorAssert.Close(_plain.Transform(ones(5, 5, dtype: ScalarType.Float64)), expected, atol: 1e-13);
    }

    [Fact]
    public void Transform_Images_EqualsSciPy()
    {
        var fixture = Fixture.Load("viewmaker.json").Single(one => one.Name == "transforms");
        TensorAssert.Close(_plain.Transform(_images), fixture.Tensor("plain"), atol: 1e-8, rtol: 1e-9);
        TensorAssert.Close(_orthonormal.Transform(_images), fixture.Tensor("orthonormal"), atol: 1e-9, rtol: 1e-9);
        TensorAssert.Close(_plain.Transform(_images.@float()), fixture.Tensor("plain").@float(), atol: 1e-4);
    }

    [Theory]
    [InlineData(6, 5)]
    [InlineData(32, 32)]
    [InlineData(1, 7)]
    [InlineData(129, 64)]
    public void Invert_OfTransform_IsTheImage(long height, long width)
    {
        var images = RandomTensors.Normal(1, [2, 1, height, width]);
        TensorAssert.Close(_plain.Invert(_plain.Transform(images)), images, atol: 1e-11);
        TensorAssert.Close(_orthonormal.Invert(_orthonormal.Transform(images)), images, atol: 1e-11);
        TensorAssert.Close(_orthonormal.Transform(images).square().sum(), images.square().sum());
    }

    [Fact]
    public void Transform_Gradient_IsThatOfDifferences()
    {
        var images = _images[..1].clone().requires_grad_();
        GradientCheck.Verify(inputs => _plain.Transform(inputs[0]), [images], step: 1e-4);
        GradientCheck.Verify(inputs => _orthonormal.Invert(inputs[0]), [images]);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        LeakCheck.OnlyResult(() => _plain.Transform(_images), _images);
        LeakCheck.OnlyResult(() => _plain.Invert(_images), _images);
        LeakCheck.NothingLeft(() =>
        {
            using var transform = new CosineTransform();
            transform.Transform(_images).Dispose();
        });
    }

    [Fact]
    public void BadInput_Throws()
    {
        _plain.Invoking(one => one.Transform(zeros(4))).Should().Throw<ArgumentException>().WithParameterName("images")
            .WithMessage("Expected `images` to have shape [..., H, W], none of the sizes 0, but got [4].*");
        _plain.Invoking(one => one.Invert(zeros(2, 2, dtype: ScalarType.Int32))).Should().Throw<ArgumentException>().WithParameterName("coefficients");
    }
}
