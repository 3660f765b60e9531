using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Tests.Encoders;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class ViewmakerNetworkTests : IDisposable
{
    private static readonly Dictionary<string, ViewmakerOptions> s_cases = new()
    {
        ["released"] = new(),
        ["paper, leaky, not clamped"] = ViewmakerOptions.Paper with { Activation = ViewmakerActivation.LeakyReLU, Clamp = false },
        ["no blocks, L2"] = ViewmakerOptions.Audio with { ResidualBlocks = 0, Budget = PerturbationBudget.L2() },
        ["batch norm, LInfinity"] = new() { Normalisation = ViewmakerNormalisation.Batch, Budget = PerturbationBudget.LInfinity(0.1) },
        ["odd sides"] = new() { ResidualBlocks = 1 },
        ["twelve channels"] = new() { Channels = 12, ResidualBlocks = 1, Clamp = false },
        ["cosine transform"] = new() { ResidualBlocks = 1, Domain = ViewmakerDomain.Dct, Budget = PerturbationBudget.L1(2) },
        ["orthonormal, resized"] = new() { ResidualBlocks = 1, Domain = ViewmakerDomain.OrthonormalDct, ResizeTo = (6, 10) },
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = RandomTensors.Normal(1, [4, 3, 16, 12], ScalarType.Float32).sigmoid();

    // The same weights, noise and images whatever ran before.
    public ViewmakerNetworkTests() => manual_seed(1);

    public static TheoryData<string> Cases => new(s_cases.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Perturb_PyTorchCase_EqualsPyTorchWithItsGradients(string name)
    {
        var fixture = Fixture.Load("viewmaker.json").Single(one => one.Name == name);
        using var network = Formula.Fill(new ViewmakerNetwork(s_cases[name]).to(ScalarType.Float64));
        var shape = fixture.Tensor("views").shape;
        var images = (0.5 + (0.5 * Formula.Values("images", shape))).requires_grad_();
        var drawn = network.DrawNoise(images);
        var noise = new ViewmakerNoise(0.5 + (0.5 * Formula.Values("noise", drawn.Image.shape)), 0.5 + (0.5 * Formula.Values("maps", drawn.Maps.shape)));

        var output = network.Perturb(images, noise);
        (output.Views * Formula.Values("weights", shape)).sum().backward();

        TensorAssert.Close(output.Views, fixture.Tensor("views"), atol: 1e-8, rtol: 1e-8);
        TensorAssert.Close(output.Perturbation, fixture.Tensor("perturbation"), atol: 1e-8, rtol: 1e-8);
        TensorAssert.Close(output.Features, fixture.Tensor("features"), atol: 1e-8, rtol: 1e-8);
        TensorAssert.Close(images.grad!, fixture.Tensor("gradient"), atol: 1e-7, rtol: 1e-7);
        var gradients = network.parameters().Select(one => (one.grad! * Formula.Values("gradient", one.shape)).sum());
        TensorAssert.Close(stack(gradients), fixture.Tensor("gradients"), atol: 1e-6, rtol: 1e-6);
    }

    [Theory]
    [InlineData(ScalarType.Float32, true, 1e-5)]
    [InlineData(ScalarType.Float32, false, 1e-5)]
    [InlineData(ScalarType.Float64, true, 1e-11)]
    public void Apply_AnyChannels_EqualsTheNetworkLayerByLayer(ScalarType type, bool withGradient, double tolerance)
    {
        using var gradients = set_grad_enabled(withGradient);
        foreach (var channels in new[] { 1, 3, 8, 9 })
        {
            using var generator = new Generator(1);
            var budget = PerturbationBudget.LInfinity(1);
            using var network = new ViewmakerNetwork(new() { Channels = channels, Budget = budget, Clamp = false }, generator).to(type);
            var images = RandomTensors.Normal(1, [2, channels, 20, 8], type);
            var noise = network.DrawNoise(images);
            var expected = Reference.Output(network, images, noise).tanh();
            TensorAssert.Close(network.Perturb(images, noise).Perturbation, expected, atol: tolerance, rtol: tolerance);
        }
    }

    [Theory]
    [InlineData(ViewmakerNormalisation.Instance, true)]
    [InlineData(ViewmakerNormalisation.Batch, true)]
    [InlineData(ViewmakerNormalisation.Batch, false)]
    public void Apply_ChannelsLast_EqualsContiguous(ViewmakerNormalisation normalisation, bool withGradient)
    {
        using var gradients = set_grad_enabled(withGradient);
        using var network = new ViewmakerNetwork(new() { Normalisation = normalisation, Channels = 12 });
        var images = rand(2, 12, 16, 12);
        var noise = network.DrawNoise(images);
        var channelsLast = images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        channelsLast.is_contiguous().Should().BeFalse();
        TensorAssert.Close(network.Apply(channelsLast, noise), network.Apply(images, noise), atol: 1e-5);
    }

    [Fact]
    public void Parameters_ThreeBlocks_AreAsManyAsPublished()
    {
        using var network = new ViewmakerNetwork();
        Count("").Should().Be(1_120_131);
        (string Layer, long Count)[] layers =
        [
            ("conv1", 10_400), ("in1", 64), ("conv2", 18_496), ("in2", 128), ("conv3", 73_856), ("in3", 256), ("res1", 300_312), ("res2", 304_980),
            ("res3", 309_684), ("deconv1", 75_520), ("in4", 128), ("deconv2", 18_464), ("in5", 64), ("deconv3", 7_779),
        ];
        layers.Select(layer => Count(layer.Layer + ".")).Should().Equal(layers.Select(layer => layer.Count));
        layers.Sum(layer => layer.Count).Should().Be(1_120_131);

        long Count(string prefix) =>
            network.named_parameters().Where(one => one.name.StartsWith(prefix, StringComparison.Ordinal)).Sum(one => one.parameter.numel());
    }

    [Theory]
    [InlineData(1, 32, 32)]
    [InlineData(3, 64, 64)]
    [InlineData(52, 32, 32)]
    [InlineData(3, 5, 5)]
    [InlineData(3, 33, 18)]
    public void Forward_AnyImages_KeepsTheirShapeAndBudget(int channels, long height, long width)
    {
        using var network = new ViewmakerNetwork(new() { Channels = channels });
        var images = RandomTensors.Normal(1, [2, channels, height, width], ScalarType.Float32).sigmoid();
        network.call(images).shape.Should().Equal(images.shape);
        var output = network.Perturb(images);
        foreach (var spent in TensorAssert.Values(Lp.Norm(output.Perturbation, 1, mean: true)))
        {
            spent.Should().BeInRange(0.0495, 0.05);
        }

        TensorAssert.Values(Lp.Distance(images, output.Views, 1, mean: true)).Should().OnlyContain(change => change > 0.01 && change <= 0.05);
        TensorAssert.Values(output.Views).Should().OnlyContain(value => value >= 0 && value <= 1);
        TensorAssert.Same(output.Views, (images + output.Perturbation).clamp(0, 1));
    }

    [Fact]
    public void Forward_NotClamped_IsTheImageAndItsPerturbation()
    {
        using var network = new ViewmakerNetwork(new() { Clamp = false, Budget = PerturbationBudget.L1(2) });
        var output = network.Perturb(_images);
        TensorAssert.Same(output.Views, _images + output.Perturbation);
        output.Views.max().item<float>().Should().BeGreaterThan(1);
    }

    [Fact]
    public void Forward_Noise_DecidesTheViews()
    {
        using var first = new Generator(7);
        using var second = new Generator(7);
        using var other = new Generator(8);
        using var network = new ViewmakerNetwork(noise: first);
        var views = network.call(_images);
        TensorAssert.Same(network.Apply(_images, network.DrawNoise(_images, second)), views);
        (network.Apply(_images, network.DrawNoise(_images, other)) - views).abs().max().item<float>().Should().BeGreaterThan(1e-3f);
        (network.call(_images) - views).abs().max().item<float>().Should().BeGreaterThan(1e-3f, "the generator has moved on");
    }

    [Fact]
    public void Apply_EachNoiseChannel_MattersToItsOwnSample()
    {
        using var network = new ViewmakerNetwork();
        var noise = network.DrawNoise(_images);
        var views = network.Apply(_images, noise);
        for (var channel = -1; channel < 3; channel++)
        {
            var (image, maps) = (noise.Image.clone(), noise.Maps.clone());
            _ = channel < 0 ? image[1].uniform_(0, 1) : maps[1, channel].uniform_(0, 1);
            var changed = (network.Apply(_images, new(image, maps)) - views).abs().amax(1, 2, 3);
            TensorAssert.Values(changed).Select(value => value > 1e-5).Should().Equal(false, true, false, false);
        }
    }

    [Fact]
    public void DrawNoise_Uniform_HasTheShapesStated()
    {
        using var network = new ViewmakerNetwork(ViewmakerOptions.Paper);
        var noise = network.DrawNoise(rand(8, 3, 33, 18));
        noise.Image.shape.Should().Equal(8, 1, 36, 20);
        noise.Maps.shape.Should().Equal(8, 5, 9, 5);
        foreach (var one in new[] { noise.Image, noise.Maps })
        {
            TensorAssert.Values(one).Should().OnlyContain(value => value >= 0 && value < 1);
            one.mean().item<float>().Should().BeApproximately(0.5f, 0.03f);
        }
    }

    [Theory]
    [InlineData(ViewmakerNormalisation.Instance, true)]
    [InlineData(ViewmakerNormalisation.Batch, false)]
    public void Apply_OtherSamples_DontMatterWithInstanceNorm(ViewmakerNormalisation normalisation, bool independent)
    {
        using var network = new ViewmakerNetwork(new() { Normalisation = normalisation, CheckValues = false });
        var noise = network.DrawNoise(_images);
        var others = _images.clone();
        others[1].mul_(0.5);
        others[2].fill_(independent ? float.NaN : 0);
        var difference = (network.Apply(others, noise)[0] - network.Apply(_images, noise)[0]).abs().max().item<float>();
        (difference == 0).Should().Be(independent);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_ReachesEveryParameter(string name)
    {
        using var network = new ViewmakerNetwork(s_cases[name]);
        var images = rand(2, s_cases[name].Channels, 16, 16);
        (network.call(images) * randn(images.shape)).sum().backward();

        // The bias of a convolution that is normalised after is without effect: its gradient is 0 but for rounding.
        network.named_parameters().Where(one => one.parameter.grad is null || (one.parameter.grad.abs().max().item<float>() == 0 && !IsWithoutEffect(one.name)))
            .Select(one => one.name).Should().BeEmpty();

        static bool IsWithoutEffect(string name) => name.EndsWith("conv2d.bias", StringComparison.Ordinal) && name != "deconv3.conv2d.bias";
    }

    [Fact]
    public void Apply_GradientOfImages_IsThatOfDifferences()
    {
        using var network = new ViewmakerNetwork(new() { ResidualBlocks = 1, Channels = 1, Clamp = false }).to(ScalarType.Float64);
        var images = rand(1, 1, 7, 5, dtype: ScalarType.Float64).requires_grad_();
        var noise = network.DrawNoise(images);
        GradientCheck.Verify(inputs => network.Apply(inputs[0], noise), [images], step: 1e-7, atol: 1e-4, rtol: 1e-2);
    }

    [Fact]
    public void Initialisation_EqualGenerators_GiveTheSameWeightsWithinTheBound()
    {
        using var first = new Generator(3);
        using var second = new Generator(3);
        using var network = new ViewmakerNetwork(generator: first);
        using var again = new ViewmakerNetwork(generator: second);
        foreach (var (name, parameter) in network.named_parameters())
        {
            TensorAssert.Same(again.get_parameter(name)!, parameter);
        }

        network.get_parameter("conv2.conv2d.weight")!.abs().max().item<float>().Should().BeInRange(0.058f, 0.05893f);
        network.get_parameter("conv2.conv2d.bias")!.abs().max().item<float>().Should().BeInRange(0.05f, 0.05893f);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lifetimes_AreTheCallers(string name)
    {
        ViewmakerNetwork network;
        using (var scope = NewDisposeScope())
        {
            network = new(s_cases[name]);
            scope.DisposablesCount.Should().Be(0);
        }

        var images = rand(2, s_cases[name].Channels, 13, 16);
        var noise = network.DrawNoise(images);
        LeakCheck.OnlyResult(() => network.call(images), images);
        LeakCheck.OnlyResult(() => network.Apply(images, noise), images, noise.Image, noise.Maps);
        LeakCheck.NothingLeft(() => network.Perturb(images, noise).Dispose(), images, noise.Image, noise.Maps);
        LeakCheck.NothingLeft(() => network.DrawNoise(images).Dispose(), images);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                network.call(images).sum().backward();
                network.zero_grad();
            },
            images);
        network.Dispose();
        LeakCheck.NothingLeft(() => new ViewmakerNetwork(s_cases[name]).Dispose());
    }

    [CudaFact]
    public void Apply_OnCuda_EqualsTheCpu()
    {
        foreach (var options in s_cases.Values)
        {
            using var network = new ViewmakerNetwork(options).to(ScalarType.Float64);
            var images = rand(2, options.Channels, 16, 16, dtype: ScalarType.Float64);
            var noise = network.DrawNoise(images);
            var expected = network.Apply(images, noise);
            network.cuda();
            TensorAssert.Close(network.Apply(images.cuda(), new(noise.Image.cuda(), noise.Maps.cuda())).cpu(), expected, atol: 1e-9);
        }
    }
}
