using SelfSupervised.Core.Attacks;
using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Attacks;

public sealed class ContrastiveAttackTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallConvNet _encoder = new(baseWidth: 4, generator: new Generator(1));
    private readonly ProjectionHead _head;
    private readonly Tensor _view = rand(8, 3, 16, 16, generator: new Generator(2));
    private readonly Tensor _other;

    public ContrastiveAttackTests()
    {
        _head = ProjectionHead.SimClrV2(_encoder.FeatureDimension, generator: new Generator(3));
        _encoder.eval();
        _head.eval();
        _other = (_view + (RandomTensors.Normal(4, _view.shape, ScalarType.Float32) * 0.05)).clamp(0, 1);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _head.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Published_Numbers_AreThosePublished()
    {
        var attack = RoCL.Attack;
        (attack.Budget.P, attack.Budget.Size, attack.StepSize, attack.Steps, attack.RandomStart, attack.Range)
            .Should().Be((double.PositiveInfinity, 8.0 / 255, 0.007, 7, true, (0.0, 1.0)));
    }

    [Fact]
    public void Attack_Batch_LosesMoreThanToNoise()
    {
        var attacked = ContrastiveAttack.Attack(_view, _other, Embed);
        TensorAssert.Values(Lp.Distance(attacked, _view, double.PositiveInfinity)).Should().OnlyContain(norm => norm > 0.02 && norm <= (8.0 / 255) + 1e-6);
        TensorAssert.Values(attacked).Should().OnlyContain(value => value >= 0 && value <= 1);

        // Noise of the same size: the corners of the same ball.
        var clean = Loss(_view);
        var noisy = Enumerable.Range(10, 20)
            .Select(seed => Loss((_view + (RandomTensors.Normal(seed, _view.shape, ScalarType.Float32).sign() * (8.0 / 255))).clamp(0, 1))).Max();
        var lost = Loss(attacked);
        lost.Should().BeGreaterThan(clean);
        (lost - clean).Should().BeGreaterThan(3 * Math.Abs(noisy - clean));
    }

    [Fact]
    public void Attack_OneStep_IsTheSignOfTheLossesGradient()
    {
        var settings = RoCL.Attack with { RandomStart = false, Range = null };
        var one = new ProjectedGradientDescent(settings.Budget.P, settings.Budget.Size, 0.01, steps: 1) { RandomStart = false };
        var leaf = _view.clone().requires_grad_();
        NTXent.Loss([Embed(leaf), Embed(_other)], 0.2).backward();
        TensorAssert.Close(ContrastiveAttack.Attack(_view, _other, Embed, one, temperature: 0.2), _view + (0.01 * leaf.grad!.sign()));
    }

    [Fact]
    public void Attack_OtherView_IsEmbeddedOnce()
    {
        var calls = new List<bool>();
        ContrastiveAttack.Attack(_view, _other, images =>
        {
            calls.Add(images.requires_grad);
            return Embed(images);
        });
        calls.Should().Equal([false, .. Enumerable.Repeat(true, 7)]);
    }

    [Fact]
    public void Attack_Seed_SaysEverything()
    {
        var attacked = ContrastiveAttack.Attack(_view, _other, Embed, seed: 3, step: 2);
        TensorAssert.Same(ContrastiveAttack.Attack(_view, _other, Embed, seed: 3, step: 2), attacked);
        ContrastiveAttack.Attack(_view, _other, Embed, seed: 4, step: 2).allclose(attacked, rtol: 0, atol: 0).Should().BeFalse();
    }

    [Fact]
    public void Attack_Model_IsLeftAsItWas()
    {
        var state = _encoder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        LeakCheck.OnlyResult(() => ContrastiveAttack.Attack(_view, _other, Embed), _view, _other);
        _encoder.parameters().Concat(_head.parameters()).Should().OnlyContain(one => Equals(one.grad, null) && one.requires_grad);
        _encoder.training.Should().BeFalse();
        foreach (var (name, value) in _encoder.state_dict())
        {
            TensorAssert.Same(value.detach(), state[name].detach());
        }
    }

    [Fact]
    public void Attack_BadInput_Throws()
    {
        Invalid(() => ContrastiveAttack.Attack(_view[..1], _other[..1], Embed), "Expected `view` to hold at least 2 images*but got 1.*");
        Invalid(() => ContrastiveAttack.Attack(_view, _other[..7], Embed), "Expected `other` to hold 8 images like `view`, but got 7.*");
        Invalid(() => ContrastiveAttack.Attack(_view * 2, _other, Embed), "Expected `view` to be within (0, 1)*");
        Invalid(() => ContrastiveAttack.Attack(_view, _other, Embed, temperature: 0), "Expected `temperature`*");
        Invalid(() => ContrastiveAttack.Attack(_view, _other, x => Embed(x).detach()), "Expected `loss` to depend*");
        FluentActions.Invoking(() => ContrastiveAttack.Attack(_view, _other, null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Loss_Fixture_EqualsPyTorch()
    {
        var fixture = Fixture.Load("attacks.json").Single(one => one.Name == "rocl");
        var views = Enumerable.Range(0, 3).Select(view => fixture.Tensor($"view{view}", requiresGrad: true)).ToArray();
        var loss = RoCL.Loss(views[0], views[1], views[2]);
        TensorAssert.Close(loss, fixture.Number("loss"));
        loss.backward();
        for (var view = 0; view < 3; view++)
        {
            TensorAssert.Close(views[view].grad!, fixture.Tensor($"gradient{view}"), atol: 1e-10);
        }
    }

    [Fact]
    public void Loss_Formula_IsAsReleased()
    {
        var (a, b, c) = (RandomTensors.Normal(1, [4, 3]), RandomTensors.Normal(2, [4, 3]), RandomTensors.Normal(3, [4, 3]));
        TensorAssert.Close(RoCL.Loss(a, b, c, 0.3, weight: 0.5), Released([a, b, c], 0.3) + (0.5 * Released([c, b], 0.3)));
        TensorAssert.Close(RoCL.Loss(ones(4, 3), ones(4, 3), ones(4, 3), weight: 1), (2 * Math.Log(11)) + Math.Log(7), atol: 1e-5);
    }

    [Fact]
    public void Loss_Gradient_IsThatOfDifferences() => GradientCheck.Verify(
        z => RoCL.Loss(z[0], z[1], z[2], 0.4, weight: 0.7),
        [.. Enumerable.Range(5, 3).Select(seed => RandomTensors.Normal(seed, [3, 4], requiresGrad: true))]);

    [Fact]
    public void Loss_Lifetimes_AreTheCallers()
    {
        var (a, b, c) = (RandomTensors.Normal(1, [4, 3]), RandomTensors.Normal(2, [4, 3]), RandomTensors.Normal(3, [4, 3]));
        LeakCheck.OnlyResult(() => RoCL.Loss(a, b, c), a, b, c);
    }

    [Fact]
    public void Loss_BadInput_Throws()
    {
        var z = RandomTensors.Normal(1, [4, 3]);
        Invalid(() => RoCL.Loss(z, z, z[..3]), "Expected `attacked` to have shape [4, 3] like `view`, but got [3, 3].*");
        Invalid(() => RoCL.Loss(z, z[.., 0], z), "Expected `other` to have shape [N, D]*");
        Invalid(() => RoCL.Loss(z, z / 0, z), "Expected `other` to be finite*");
        Invalid(() => RoCL.Loss(z, z, z, temperature: -1), "Expected `temperature`*");
        Invalid(() => RoCL.Loss(z, z, z, weight: -1), "Expected `weight` to be finite and at least 0, but got -1.*");
    }

    private static void Invalid(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    // One pair of views after the other, each pair's row against all rows but itself, over the number of rows.
    private static Tensor Released(Tensor[] views, double temperature)
    {
        var rows = cat([.. views.Select(view => view / view.norm(1, keepdim: true))]);
        var (count, images) = ((int)rows.shape[0], (int)views[0].shape[0]);
        var terms = exp(rows.mm(rows.t()) / temperature) * (1 - eye(count, dtype: ScalarType.Float64));
        var total = zeros([], ScalarType.Float64);
        for (var row = 0; row < count; row++)
        {
            for (var positive = row % images; positive < count; positive += images)
            {
                total = positive == row ? total : total - log(terms[row, positive] / terms[row].sum());
            }
        }

        return total / count;
    }

    private Tensor Embed(Tensor images) => _head.call(_encoder.call(images));

    private double Loss(Tensor view)
    {
        using var noGradient = no_grad();
        return NTXent.Loss([Embed(view), Embed(_other)]).item<float>();
    }
}
