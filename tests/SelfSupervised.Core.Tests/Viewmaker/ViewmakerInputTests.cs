using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

/// <summary>What the network and its options refuse.</summary>
public sealed class ViewmakerInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ViewmakerNetwork _network = new();
    private readonly Tensor _images = rand(2, 3, 10, 8);

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(new long[] { 3, 10, 8 }, "Expected `images` to have shape [B, 3, H, W], none of them 0, but got [3, 10, 8].*")]
    [InlineData(new long[] { 2, 1, 10, 8 }, "Expected `images` to have shape [B, 3, H, W], none of them 0, but got [2, 1, 10, 8].*")]
    [InlineData(new long[] { 2, 3, 10, 4 }, "Expected `images` to be at least 5 by 5 pixels, but got [2, 3, 10, 4].*")]
    public void Operations_WrongShape_Throws(long[] shape, string message)
    {
        var noise = _network.DrawNoise(_images);
        foreach (var one in new Action[] { () => _network.call(zeros(shape)), () => _network.DrawNoise(zeros(shape)), () => _network.Apply(zeros(shape), noise) })
        {
            one.Should().ThrowExactly<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void Forward_OtherTypeOrDisposed_Throws()
    {
        _network.Invoking(one => one.call(_images.@double())).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `images` to be Float32 like `conv1.conv2d.weight`, but got Float64.");
        _network.Invoking(one => one.call(null!)).Should().Throw<ArgumentNullException>().WithParameterName("images");
        var noise = _network.DrawNoise(_images);
        noise.Maps.Dispose();
        _network.Invoking(one => one.Apply(_images, noise)).Should().Throw<ObjectDisposedException>();
        _network.Invoking(one => one.Apply(_images, null!)).Should().Throw<ArgumentNullException>().WithParameterName("noise");
    }

    [Fact]
    public void Apply_OtherNoise_Throws()
    {
        var noise = _network.DrawNoise(_images);
        Refused(new(rand(2, 1, 10, 8), noise.Maps), "Expected `noise.Image` to have shape [2, 1, 12, 8] for these images, but got [2, 1, 10, 8].*");
        Refused(new(noise.Image, rand(2, 1, 3, 2)), "Expected `noise.Maps` to have shape [2, 3, 3, 2] for these images, but got [2, 1, 3, 2].*");
        Refused(new(noise.Image.@double(), noise.Maps), "Expected `noise.Image` to be Float32 like `conv1.conv2d.weight`, but got Float64.");
        Refused(
            new(noise.Image, full(noise.Maps.shape, float.NaN)), "Expected `noise.Maps` to be finite, but 36 of its 36 values are NaN or infinite.");

        void Refused(ViewmakerNoise other, string message) =>
            _network.Invoking(one => one.Perturb(_images, other)).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Forward_NotFinite_ThrowsUnlessTold()
    {
        _images[1, 2, 3, 4] = float.PositiveInfinity;
        _network.Invoking(one => one.call(_images)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `images` to be finite, but 1 of its 480 values are NaN or infinite.");
        using var trusting = new ViewmakerNetwork(new() { CheckValues = false });
        TensorAssert.Finite(trusting.call(_images)[0]);
    }

    [Fact]
    public void Forward_BudgetBelowAnElement_Throws()
    {
        using var network = new ViewmakerNetwork(new() { Budget = PerturbationBudget.L0(0.001) });
        network.Invoking(one => one.call(_images)).Should().ThrowExactly<ArgumentException>().WithMessage("*the budget 0.001 is at least 1 element*");
    }

    [Fact]
    public void Options_BadValues_Throws()
    {
        Refused(() => new() { Channels = 0 }, "Channels");
        Refused(() => new() { ResidualBlocks = -1 }, "ResidualBlocks");
        Refused(() => new() { Normalisation = (ViewmakerNormalisation)5 }, "Normalisation");
        Refused(() => new() { Activation = (ViewmakerActivation)5 }, "Activation");
        Refused(() => new() { Domain = (ViewmakerDomain)5 }, "Domain");
        Refused(() => new() { ResizeTo = (4, 8) }, "ResizeTo");
        Refused(() => new() { Budget = null! }, "Budget");

        static void Refused(Func<ViewmakerOptions> make, string name) => make.Should().Throw<ArgumentException>().WithParameterName(name);
    }
}
