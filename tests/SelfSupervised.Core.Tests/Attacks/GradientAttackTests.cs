using SelfSupervised.Core.Attacks;
using SelfSupervised.Core.Viewmaker;
using F = TorchSharp.torch.nn.functional;

namespace SelfSupervised.Core.Tests.Attacks;

public sealed class GradientAttackTests : IDisposable
{
    private const double Infinity = double.PositiveInfinity;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _inputs = RandomTensors.Normal(1, [3, 2, 4]);
    private readonly Tensor _weight = RandomTensors.Normal(2, [2, 4]);

    public static TheoryData<double, double, long[]> Balls
    {
        get
        {
            var data = new TheoryData<double, double, long[]>();
            foreach (var p in new[] { 1, 2, Infinity })
            {
                foreach (var size in new[] { 0.01, 0.3, 2 })
                {
                    data.Add(p, size, [4, 7]);
                    data.Add(p, size, [2, 3, 5, 4]);
                    data.Add(p, size, [1, 1]);
                }
            }

            return data;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void FastGradientSign_LinearScore_RisesByTheDualNorm()
    {
        var attacked = FastGradientSign.Attack(_inputs, Score, size: 0.3);
        TensorAssert.Close(Score(attacked) - Score(_inputs), (0.3 * _weight.abs().sum()).expand(3));
        TensorAssert.Close(Score(FastGradientSign.Attack(_inputs, Score, 0.3, targeted: true)) - Score(_inputs), (-0.3 * _weight.abs().sum()).expand(3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void Descent_LinearScore_RisesByTheDualNorm(double p)
    {
        // One step of length ε from the centre is the best of the whole ball: Hölder's inequality with equality.
        var attacked = Pgd(p, 0.3, 0.3, 1).Attack(_inputs, Score);
        var dual = p switch { 1 => _weight.abs().max(), 2 => _weight.square().sum().sqrt(), _ => _weight.abs().sum() };
        TensorAssert.Close(Score(attacked) - Score(_inputs), (0.3 * dual).expand(3));
    }

    [Fact]
    public void Step_SmoothLoss_FollowsFiniteDifferences()
    {
        Tensor Loss(Tensor x) => x.sin().mul(_weight).sum([1, 2]).square();
        var differences = new double[24];
        for (var element = 0; element < 24; element++)
        {
            var nudge = zeros_like(_inputs);
            nudge.view(-1)[element] = 1e-6;
            differences[element] = ((Loss(_inputs + nudge).sum() - Loss(_inputs - nudge).sum()) / 2e-6).item<double>();
        }

        var gradient = tensor(differences, _inputs.shape);
        TensorAssert.Close(Pgd(2, 1, 0.5, 1).Attack(_inputs, Loss) - _inputs, 0.5 * gradient / Lp.Norm(gradient, 2).view(3, 1, 1), atol: 1e-7);
        TensorAssert.Close(FastGradientSign.Attack(_inputs, Loss, 0.5) - _inputs, 0.5 * gradient.sign());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void Descent_Quadratic_FindsTheMaximiser(double p)
    {
        // −‖x − c‖² over the ball around x₀: c itself where it is inside, otherwise its projection onto the ball.
        var centre = _inputs + (RandomTensors.Normal(3, [3, 2, 4]) * tensor(new[] { 0.01, 1, 5 }, 3, 1, 1));
        var attack = new ProjectedGradientDescent(p, 0.8, stepSize: 5e-3, steps: 2000);
        var found = attack.Attack(_inputs, x => -(x - centre).square().sum([1, 2]));

        // The last steps go to and fro by their length.
        TensorAssert.Close(found, _inputs + LpBall.Project(centre - _inputs, p, 0.8), atol: 6e-3);
    }

    [Fact]
    public void Attacks_SmallNetwork_EqualPyTorch()
    {
        var cases = Fixture.Load("attacks.json");
        var network = new Network(cases[0]);
        TensorAssert.Close(network.Outputs(network.Images), cases[0].Tensor("outputs"));
        cases.Where(one => one.Has("attacked")).Should().HaveCount(6);
        foreach (var one in cases.Where(one => one.Has("attacked")))
        {
            var (p, size, targeted) = (one.Number("p") == 0 ? Infinity : 2, one.Number("size"), one.Number("targeted") == 1);
            (double, double)? range = one.Number("clamp") == 1 ? (0, 1) : null;
            Func<Tensor, Tensor> loss = one.Name.Contains("targeted") ? network.Loss : network.Losses;
            var attacked = one.Number("steps") == 0
                ? FastGradientSign.Attack(network.Images, loss, size, range, targeted)
                : (Pgd(p, size, one.Number("step"), (int)one.Number("steps")) with { Range = range, Targeted = targeted }).Attack(network.Images, loss);
            TensorAssert.Close(attacked, one.Tensor("attacked"), atol: 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Descent_AnyBall_KeepsToTheBudget(double p, double size, long[] shape)
    {
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var inputs = RandomTensors.Normal(4, shape, type);
            var target = RandomTensors.Normal(5, shape, type);
            foreach (var steps in new[] { 1, 4 })
            {
                var attack = new ProjectedGradientDescent(p, size, 0.7 * size, steps);
                var attacked = attack.Attack(inputs, x => (x - target).square().sum(), seed: steps);
                attacked.dtype.Should().Be(type);
                var rounding = (type == ScalarType.Float32 ? 1e-6 : 1e-14) * Math.Max(1, inputs.numel());
                TensorAssert.Values(Lp.Distance(attacked, inputs, p)).Should().OnlyContain(norm => norm > 0 && norm <= size + rounding);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void Descent_Range_KeepsToBoth(double p)
    {
        var images = rand(6, 3, 4, 4, generator: new Generator(1));
        images[0].zero_();
        images[1].fill_(1);
        var attack = new ProjectedGradientDescent(p, 0.5, 0.2, 5) { Range = (0, 1) };
        var seen = new List<Tensor>();
        var attacked = attack.Attack(images, x =>
        {
            seen.Add(x.detach().clone().DetachFromDisposeScope());
            return (x - 0.5).square().sum([1, 2, 3]);
        });
        seen.Should().HaveCount(5);
        foreach (var one in seen.Append(attacked))
        {
            TensorAssert.Values(one).Should().OnlyContain(value => value >= 0 && value <= 1);
            TensorAssert.Values(Lp.Distance(one, images, p)).Should().OnlyContain(norm => norm <= 0.5 + 1e-5);
            one.Dispose();
        }
    }

    [Fact]
    public void Descent_L1AtTheRange_TakesTheBestFreeElement()
    {
        // The gradient is (3, 2, 1), and the first element is at its end already.
        var attack = Pgd(1, 0.5, 0.2, 1) with { Range = (0, 1) };
        var weight = tensor(new[] { 3.0, -2.0, 1.0 });
        TensorAssert.Close(attack.Attack(tensor(new[] { 1.0, 0.5, 0.5 }, 1, 3), x => (x * weight).sum()), [1, 0.3, 0.5], [1, 3]);
        TensorAssert.Close(attack.Attack(tensor(new[] { 1.0, 0, 1.0 }, 1, 3), x => (x * weight).sum()), [1, 0, 1], [1, 3]);
    }

    [Fact]
    public void Descent_PerElement_IsTheSameBallInOtherUnits()
    {
        foreach (var (p, total) in new[] { (1, 0.1 * 8), (2, 0.1 * Math.Sqrt(8)), (Infinity, 0.1) })
        {
            var mean = new ProjectedGradientDescent(p, 0.1, 0.04, 4, BudgetUnit.PerElement).Attack(_inputs, Bumpy);
            var whole = new ProjectedGradientDescent(p, total, 0.4 * total, 4).Attack(_inputs, Bumpy);
            TensorAssert.Close(mean, whole, atol: 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void RandomStart_Points_AreUniformInTheBall(double p)
    {
        // A loss that is flat leaves the start. In a uniform ball of D dimensions (‖δ‖/r)^D is uniform, and each element has mean 0.
        var inputs = zeros(4000, 3);
        var start = new ProjectedGradientDescent(p, 2, 0.1, 1).Attack(inputs, x => x.sum() * 0, seed: 9);
        var shares = TensorAssert.Values(Lp.Norm(start, p)).Select(norm => Math.Pow(norm / 2, 3)).Order().ToArray();
        shares.Select((share, place) => Math.Abs(share - ((place + 0.5) / 4000))).Max().Should().BeLessThan(1.63 / Math.Sqrt(4000)); // Kolmogorov, 1 %
        TensorAssert.Close(start.mean([0]), [0, 0, 0], [3], atol: 0.08);
    }

    [Fact]
    public void RandomStart_Draws_AreCountedByImage()
    {
        var attack = new ProjectedGradientDescent(2, 1, 0.1, 2);
        var all = attack.Attack(_inputs, Bumpy, 7, 3, [10, 11, 12]);
        TensorAssert.Same(attack.Attack(_inputs, Bumpy, 7, 3, [10, 11, 12]), all);
        TensorAssert.Same(attack.Attack(_inputs[1..], Bumpy, 7, 3, [11, 12]), all[1..]);
        TensorAssert.Same(attack.Attack(_inputs, Bumpy, 7), attack.Attack(_inputs, Bumpy, 7, 0, [0, 1, 2]));
        foreach (var other in new[] { attack.Attack(_inputs, Bumpy, 8, 3, [10, 11, 12]), attack.Attack(_inputs, Bumpy, 7, 4, [10, 11, 12]), attack.Attack(_inputs, Bumpy, 7, 3, [13, 14, 15]) })
        {
            other.allclose(all).Should().BeFalse();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void Attacks_ZeroGradient_LeaveTheSample(double p)
    {
        var mask = tensor(new[] { 1.0, 0, 1 }, 3, 1, 1);
        var attacked = Pgd(p, 0.3, 0.1, 3).Attack(_inputs, x => (x * mask).square().sum());
        TensorAssert.Same(attacked[1], _inputs[1]);
        TensorAssert.Values(Lp.Distance(attacked, _inputs, p)).Where(norm => norm > 0).Should().HaveCount(2);
        TensorAssert.Same(FastGradientSign.Attack(_inputs, x => x.sum() * 0, 0.3), _inputs);
    }

    [Fact]
    public void Descent_TinyGradient_HasItsDirection()
    {
        // Squares of this gradient are 0 in Float32.
        var inputs = _inputs.@float();
        var attacked = Pgd(2, 1, 0.5, 1).Attack(inputs, x => (x * 1e-30f).mul(_weight.@float()).sum());
        TensorAssert.Close(attacked - inputs, (0.5 * _weight / _weight.square().sum().sqrt()).@float().expand(3, 2, 4), atol: 1e-6);
    }

    [Fact]
    public void Attacks_Model_IsLeftAsItWas()
    {
        using var model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(2), nn.Flatten(), nn.Linear(10, 3));
        model.to(ScalarType.Float64).eval();
        var (first, second) = (model.parameters().First(), model.parameters().Last());
        model.call(_inputs).sum().backward(inputs: [first]);
        var (gradient, values) = (first.grad!.clone(), model.parameters().Select(one => one.detach().clone()).ToArray());

        var inputs = _inputs.clone().requires_grad_();
        using (no_grad())
        {
            foreach (var attacked in new[] { Pgd(2, 1, 0.5, 3).Attack(inputs, x => model.call(x).square().sum(1)), FastGradientSign.Attack(inputs, x => model.call(x).sum(), 0.1) })
            {
                attacked.requires_grad.Should().BeFalse();
                attacked.allclose(_inputs).Should().BeFalse();
            }

            is_grad_enabled().Should().BeFalse();
        }

        TensorAssert.Same(first.grad!, gradient);
        second.grad.Should().BeNull();
        inputs.grad.Should().BeNull();
        TensorAssert.Same(inputs.detach(), _inputs);
        model.training.Should().BeFalse();
        model.parameters().Zip(values).ToList().ForEach(pair => TensorAssert.Same(pair.First.detach(), pair.Second));
        model.parameters().Should().OnlyContain(one => one.requires_grad);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Infinity)]
    public void Attacks_Lifetimes_AreTheCallers(double p)
    {
        var attack = new ProjectedGradientDescent(p, 0.3, 0.1, 3) { Range = (-10, 10) };
        LeakCheck.OnlyResult(() => attack.Attack(_inputs, Bumpy), _inputs);
        LeakCheck.OnlyResult(() => Pgd(p, 0.3, 0.1, 1).Attack(_inputs, Bumpy), _inputs);
        LeakCheck.OnlyResult(() => FastGradientSign.Attack(_inputs, Bumpy, 0.3, (-10, 10), targeted: true), _inputs);
        LeakCheck.NothingLeft(() => attack.Invoking(one => one.Attack(_inputs, x => x)).Should().Throw<ArgumentException>(), _inputs);
    }

    [Fact]
    public void Settings_BadNumbers_Throw()
    {
        Invalid(() => Pgd(3, 1, 1, 1), "Expected `p` to be 1, 2 or infinite, but got 3.*");
        Invalid(() => Pgd(0, 1, 1, 1), "Expected `p` to be 1, 2 or infinite, but got 0.*");
        Invalid(() => Pgd(double.NaN, 1, 1, 1), "*`p`*NaN*");
        Invalid(() => Pgd(2, 0, 1, 1), "Expected `size` to be finite and greater than 0, but got 0.*");
        Invalid(() => Pgd(2, 1, -1, 1), "Expected `stepSize` to be finite and greater than 0, but got -1.*");
        Invalid(() => Pgd(2, 1, 1, 0), "Expected `steps` to be at least 1, but got 0.*");
        Invalid(() => _ = Pgd(2, 1, 1, 1) with { Range = (1, 0) }, "Expected `Range` to be two finite numbers, the lower first, but got (1, 0).*");
        Invalid(() => FastGradientSign.Attack(_inputs, Score, 0), "Expected `size`*");
        Invalid(() => FastGradientSign.Attack(_inputs, Score, 1, (0, double.NaN)), "Expected `range`*");
        Invalid(() => Pgd(2, 1, 1, 1).Attack(_inputs, Score, step: -1), "Expected `step` to be at least 0, but got -1.*");
        Invalid(() => Pgd(2, 1, 1, 1).Attack(_inputs, Score, indices: [0, -1, 2]), "Expected `indices` to be at least 0, but got -1.*");
    }

    [Fact]
    public void Attack_BadInput_Throws()
    {
        var attack = Pgd(2, 1, 1, 1);
        Invalid(() => attack.Attack(tensor(new[] { 1.0 }), Score), "Expected `inputs` to have shape [B, ...], none of the sizes 0, but got [1].*");
        Invalid(() => attack.Attack(_inputs.to(ScalarType.Int64), Score), "Expected `inputs` to be Float32 or Float64, but got Int64.*");
        Invalid(() => attack.Attack(_inputs / 0, Score), "Expected `inputs` to be finite*");
        Invalid(() => (attack with { Range = (0, 1) }).Attack(_inputs, Score), "Expected `inputs` to be within (0, 1), but some values are outside.*");
        Invalid(() => attack.Attack(_inputs, Score, indices: [1]), "Expected `indices` to hold 3 indices, one for each sample, or none, but got 1.*");
        attack.Invoking(one => one.Attack(_inputs, null!)).Should().Throw<ArgumentNullException>();
        var dead = _inputs.clone();
        dead.Dispose();
        attack.Invoking(one => one.Attack(dead, Score)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Attack_BadLoss_Throws()
    {
        var parameter = ones(3, ScalarType.Float64).requires_grad_();
        foreach (var attack in new Func<Func<Tensor, Tensor>, Tensor>[] { loss => Pgd(2, 1, 1, 1).Attack(_inputs, loss), loss => FastGradientSign.Attack(_inputs, loss, 1) })
        {
            Invalid(() => attack(x => x.detach().sum()), "Expected `loss` to depend on what it is given*requires no gradient*");
            Invalid(() => attack(_ => parameter.sum()), "Expected `loss` to depend on what it is given*other tensors only.*");
            Invalid(() => attack(x => x.sum(2)), "Expected `loss` to give a scalar or [3], a number for each sample, but got [3, 2].*");
            Invalid(() => attack(x => x.sum(new long[] { 0, 1 })), "Expected `loss` to give a scalar or [3]*[4].*");
            Invalid(() => attack(_ => null!), "Expected `loss` to give a tensor, but got null.*");
            Invalid(() => attack(x => x.sub(x).sqrt().sum()), "Expected `the gradient of the loss` to be finite*");
        }

        parameter.grad.Should().BeNull();
    }

    private static ProjectedGradientDescent Pgd(double p, double size, double step, int steps) => new(p, size, step, steps) { RandomStart = false };

    private static void Invalid(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private Tensor Score(Tensor x) => x.mul(_weight).sum([1, 2]);

    private Tensor Bumpy(Tensor x) => x.mul(_weight).sin().sum([1, 2]);

    private sealed class Network(Fixture weights)
    {
        public Tensor Images { get; } = weights.Tensor("images");

        private Tensor Labels { get; } = weights.Tensor("labels");

        public Tensor Outputs(Tensor x)
        {
            x = F.relu(F.conv2d(x, weights.Tensor("conv1.weight"), weights.Tensor("conv1.bias"), padding: [1, 1]));
            x = F.relu(F.conv2d(x, weights.Tensor("conv2.weight"), weights.Tensor("conv2.bias"), strides: [2, 2], padding: [1, 1]));
            return F.linear(x.mean([2, 3]), weights.Tensor("fc.weight"), weights.Tensor("fc.bias"));
        }

        public Tensor Loss(Tensor x) => F.cross_entropy(Outputs(x), Labels);

        public Tensor Losses(Tensor x) => F.cross_entropy(Outputs(x), Labels, reduction: nn.Reduction.None);
    }
}
