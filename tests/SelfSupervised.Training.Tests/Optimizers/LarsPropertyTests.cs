namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>What holds of every step, whatever the numbers.</summary>
public sealed class LarsPropertyTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(LarsForm.Classic, 1e-6)]
    [InlineData(LarsForm.Popular, 1)]
    [InlineData(LarsForm.Larc, 1e6)]
    public void Step_NeitherDecayNorMomentum_MovesByRateTimesTrustTimesLength(LarsForm form, double scale)
    {
        var start = RandomTensors.Normal(1, [4, 5]);
        var weight = Weights.With(start, RandomTensors.Normal(2, [4, 5]).mul(scale));
        using var optimizer = Weights.Optimizer(new LarsOptions(0.3) { Form = form, Momentum = 0, TrustCoefficient = 0.02 }, weight);
        optimizer.step();
        TensorAssert.Close(weight.sub(start).norm(), 0.3 * 0.02 * start.norm().item<double>());
    }

    [Theory]
    [InlineData(LarsForm.Classic, false)]
    [InlineData(LarsForm.Popular, false)]
    [InlineData(LarsForm.Larc, false)]
    [InlineData(LarsForm.Classic, true)]
    [InlineData(LarsForm.Popular, true)]
    [InlineData(LarsForm.Larc, true)]
    public void Step_WeightsOfZero_IsThePlainStep(LarsForm form, bool nesterov)
    {
        var gradient = RandomTensors.Normal(1, [2, 3], ScalarType.Float32);
        var weight = Weights.With(torch.zeros(2, 3), gradient);
        using var optimizer = Weights.Optimizer(new LarsOptions(0.5) { Form = form, WeightDecay = 0.1, Nesterov = nesterov }, weight);
        optimizer.step();
        TensorAssert.Close(weight, gradient.mul(nesterov ? -0.5f * 1.9f : -0.5f));
    }

    [Theory]
    [InlineData(LarsForm.Classic)]
    [InlineData(LarsForm.Popular)]
    [InlineData(LarsForm.Larc)]
    public void Step_GradientOfZeroWithoutDecay_ChangesNothing(LarsForm form)
    {
        var start = RandomTensors.Normal(1, [2, 3]);
        var weight = Weights.With(start, zeros_like(start));
        using var optimizer = Weights.Optimizer(new LarsOptions(0.5) { Form = form }, weight);
        optimizer.step();
        TensorAssert.Same(weight, start);
    }

    [Theory]
    [InlineData(LarsForm.Classic, 0.5 * 0.001)]
    [InlineData(LarsForm.Popular, 0.5 * 0.001)]
    [InlineData(LarsForm.Larc, 0)]
    public void Step_GradientOfZeroWithDecay_DecaysButInLarc(LarsForm form, double share)
    {
        var start = RandomTensors.Normal(1, [2, 3]);
        var weight = Weights.With(start, zeros_like(start));
        using var optimizer = Weights.Optimizer(new LarsOptions(0.5) { Form = form, WeightDecay = 0.1 }, weight);
        optimizer.step();
        TensorAssert.Close(weight, start.mul(1 - share));
    }

    [Fact]
    public void Step_ClassicAndPopular_AgreeAtFirstAndDifferThen()
    {
        var weights = new[] { LarsForm.Classic, LarsForm.Popular }.Select(form =>
        {
            var weight = Weights.With(RandomTensors.Normal(1, [3, 4]), RandomTensors.Normal(2, [3, 4]));
            using var optimizer = Weights.Optimizer(new LarsOptions(2) { Form = form, WeightDecay = 0.1 }, weight);
            optimizer.step();
            var first = weight.detach().clone();
            optimizer.step();
            return (First: first, Second: weight.detach().clone());
        }).ToArray();
        TensorAssert.Close(weights[0].First, weights[1].First);
        weights[0].Second.allclose(weights[1].Second).Should().BeFalse();
    }

    [Theory]
    [InlineData(LarsForm.Classic, false)]
    [InlineData(LarsForm.Popular, true)]
    [InlineData(LarsForm.Larc, true)]
    public void Step_ExcludedTensors_EqualSgdWithMomentum(LarsForm form, bool nesterov)
    {
        var (mine, theirs) = (Weights.With(RandomTensors.Normal(1, [6])), Weights.With(RandomTensors.Normal(1, [6])));
        using var lars = Weights.Optimizer(new LarsOptions(0.2) { Form = form, Nesterov = nesterov, WeightDecay = 0.1 }, mine);
        using var sgd = optim.SGD([theirs], 0.2, momentum: 0.9, nesterov: nesterov);
        for (var step = 0; step < 4; step++)
        {
            (mine.grad, theirs.grad) = (RandomTensors.Normal(step, [6]), RandomTensors.Normal(step, [6]));
            lars.step();
            sgd.step();
            TensorAssert.Close(mine, theirs);
        }
    }

    [Fact]
    public void Exclude_ByDefault_IsTensorsOfAtMostOneDimension()
    {
        var excluded = new LarsOptions(1).Exclude;
        excluded("scale", Weights.With(torch.ones([]))).Should().BeTrue();
        excluded("bias", Weights.With(torch.ones(3))).Should().BeTrue();
        excluded("weight", Weights.With(torch.ones(3, 1))).Should().BeFalse();
    }

    [Fact]
    public void Exclude_ByName_IsAskedOncePerParameter()
    {
        var asked = new List<string>();
        using var layer = nn.Linear(3, 2);
        using var optimizer = new Lars(layer.named_parameters(), new LarsOptions(1)
        {
            Exclude = (name, _) =>
            {
                asked.Add(name);
                return name == "weight";
            },
        });
        layer.call(torch.ones(4, 3)).sum().backward();
        var expected = layer.weight!.sub(layer.weight.grad!);
        optimizer.step();
        TensorAssert.Close(layer.weight, expected);
        asked.Should().Equal("weight", "bias");
    }

    [Fact]
    public void Step_ParameterWithoutGradient_IsPassedOver()
    {
        var start = RandomTensors.Normal(1, [2, 3]);
        var (without, with) = (Weights.With(start), Weights.With(start, torch.ones_like(start)));
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, without, with);
        optimizer.step();
        TensorAssert.Same(without, start);
        with.allclose(start).Should().BeFalse();
    }

    [Theory]
    [InlineData(LarsForm.Classic)]
    [InlineData(LarsForm.Popular)]
    [InlineData(LarsForm.Larc)]
    public void Step_Gradient_IsOnlyRead(LarsForm form)
    {
        var gradient = RandomTensors.Normal(2, [2, 3]);
        var weight = Weights.With(RandomTensors.Normal(1, [2, 3]), gradient.clone());
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { Form = form, WeightDecay = 0.1, Nesterov = true }, weight);
        optimizer.step();
        TensorAssert.Same(weight.grad!, gradient);
        weight.is_leaf.Should().BeTrue();
        weight.requires_grad.Should().BeTrue();
    }

    [Fact]
    public void Step_NaNGradient_IsSeenInTheWeights()
    {
        var weight = Weights.Of([1, 2], [double.NaN, 1]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1), weight);
        optimizer.step();
        TensorAssert.Values(weight).Should().Contain(double.NaN);
    }

    [Fact]
    public void Step_TensorsOfManySizes_ShareTheWorkspace()
    {
        long[][] shapes = [[3, 4], [5, 6], [2, 2]];
        var options = new LarsOptions(0.5) { WeightDecay = 0.1 };
        var starts = shapes.Select((shape, seed) => RandomTensors.Normal(seed, shape)).ToArray();
        var together = starts.Select((start, seed) => Weights.With(start, RandomTensors.Normal(9 + seed, start.shape))).ToArray();
        using var optimizer = Weights.Optimizer(options, together);
        optimizer.step();
        for (var i = 0; i < starts.Length; i++)
        {
            var alone = Weights.With(starts[i], RandomTensors.Normal(9 + i, shapes[i]));
            using var its = Weights.Optimizer(options, alone);
            its.step();
            TensorAssert.Same(together[i], alone);
        }
    }

    [Fact]
    public void Step_EmptyTensor_DoesNotDisturbTheOthers()
    {
        var (empty, other) = (Weights.With(torch.zeros(0, 3), torch.zeros(0, 3)), Weights.Of([3, 4], [0.6, 0.8]));
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, empty, other);
        optimizer.step();
        TensorAssert.Close(other, [2.997, 3.996], [1, 2]);
    }

    [Theory]
    [InlineData(LarsForm.Classic)]
    [InlineData(LarsForm.Popular)]
    [InlineData(LarsForm.Larc)]
    public void Step_EveryForm_LeavesNothing(LarsForm form)
    {
        var weight = Weights.With(RandomTensors.Normal(1, [4, 5]), RandomTensors.Normal(2, [4, 5]));
        var bias = Weights.With(RandomTensors.Normal(3, [5]), RandomTensors.Normal(4, [5]));
        using var optimizer = Weights.Optimizer(new LarsOptions(0.1) { Form = form, WeightDecay = 0.1, Nesterov = true }, weight, bias);
        LeakCheck.NothingLeft(() => optimizer.step(), weight, bias);
        LeakCheck.NothingLeft(
            () =>
            {
                using var other = Weights.Optimizer(new LarsOptions(0.1) { Form = form, WeightDecay = 0.1 }, weight, bias);
                other.step();
            },
            weight,
            bias);
    }

    [Fact]
    public void Step_FirstTakenInACallersScope_OutlivesIt()
    {
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, weight);
        using (NewDisposeScope())
        {
            optimizer.step();
        }

        optimizer.step();
        TensorAssert.Close(weight, [2.991303, 3.988404], [1, 2], atol: 1e-12);
    }

    [Fact]
    public void Step_Closure_IsCalledWithGradientsAndReturned()
    {
        var weight = Weights.Of([3, 4]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { Momentum = 0, TrustCoefficient = 0.1 }, weight);
        var loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            var value = weight.square().sum();
            value.backward();
            return value;
        });
        TensorAssert.Close(loss, 25);
        TensorAssert.Close(weight, [2.7, 3.6], [1, 2]);
    }

    [Fact]
    public void Train_LeastSquares_Converges()
    {
        using var layer = nn.Linear(8, 3);
        using var optimizer = new Lars(layer.named_parameters(), new LarsOptions(1) { TrustCoefficient = 0.02 });
        var schedule = LearningRate.WarmupCosine(1, warmupSteps: 10, steps: 300);
        var inputs = RandomTensors.Normal(1, [64, 8], ScalarType.Float32);
        var targets = inputs.mm(RandomTensors.Normal(2, [8, 3], ScalarType.Float32));
        double Loss(long step)
        {
            using var scope = NewDisposeScope();
            optimizer.SetLearningRate(schedule(step));
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(layer.call(inputs), targets);
            loss.backward();
            optimizer.step();
            return loss.item<float>();
        }

        var losses = Enumerable.Range(0, 300).Select(step => Loss(step)).ToArray();
        losses[^1].Should().BeLessThan(losses[0] / 100);
    }

    [CudaFact]
    public void Step_OnCuda_EqualsThatOnCpu()
    {
        foreach (var form in Enum.GetValues<LarsForm>())
        {
            TensorAssert.Close(AfterThreeSteps(form, CUDA).cpu(), AfterThreeSteps(form, CPU), atol: 1e-5, rtol: 1e-5);
        }
    }

    private static Tensor AfterThreeSteps(LarsForm form, Device device)
    {
        var weight = Weights.With(RandomTensors.Normal(1, [20, 30], ScalarType.Float32).to(device));
        using var optimizer = Weights.Optimizer(new LarsOptions(2) { Form = form, WeightDecay = 0.1, Nesterov = true }, weight);
        for (var step = 0; step < 3; step++)
        {
            weight.grad = RandomTensors.Normal(10 + step, [20, 30], ScalarType.Float32).to(device);
            optimizer.step();
        }

        return weight.detach();
    }
}
