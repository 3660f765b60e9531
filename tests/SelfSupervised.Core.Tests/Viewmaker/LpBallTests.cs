using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class LpBallTests : IDisposable
{
    private const double Infinity = double.PositiveInfinity;

    private readonly DisposeScope _scope = NewDisposeScope();

    // Norms of the samples: far outside, just outside, inside, zero.
    private readonly Tensor _delta;

    public LpBallTests()
    {
        var scales = tensor(new[] { 3.0, 1.0, 0.001, 0.0 }, [4, 1, 1, 1]);
        _delta = RandomTensors.Normal(1, [4, 3, 2, 5]) * scales;
    }

    public static TheoryData<double, double> Balls => new() { { 0, 7 }, { 1, 2 }, { 2, 1.5 }, { Infinity, 0.8 } };

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Project_PublishedPoints_AreAsPublished()
    {
        TensorAssert.Close(LpBall.Project(Row(3, 4), 2, 1), [0.6, 0.8], [1, 2]);
        TensorAssert.Close(LpBall.Project(Row(0.5, 0.8), 1, 1), [0.35, 0.65], [1, 2]);
        TensorAssert.Close(LpBall.Project(Row(-0.5, 0.8), Infinity, 0.6), [-0.5, 0.6], [1, 2]);
        TensorAssert.Close(LpBall.Project(Row(-0.5, 0.8, 0.1), 0, 2), [-0.5, 0.8, 0], [1, 3]);
        TensorAssert.Close(LpBall.Project(Row(5, 0.1, -0.1), 1, 1), [1, 0, 0], [1, 3]);
    }

    [Fact]
    public void Project_OntoL1_EqualsBisection()
    {
        var fixture = Fixture.Load("viewmaker.json").Single(one => one.Name == "projection");
        var x = Encoders.Formula.Values("projection", 6, 3, 5, 4) * 2;
        TensorAssert.Close(LpBall.Project(x, 1, fixture.Number("radius")), fixture.Tensor("projected"), atol: 1e-9);
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Project_RandomPoints_IsNearerThanAnyOtherOfTheBall(double p, double radius)
    {
        var projected = LpBall.Project(_delta, p, radius);
        var distance = TensorAssert.Values(Lp.Distance(_delta, projected, 2));
        for (var seed = 2; seed < 200; seed++)
        {
            var other = LpBall.ScaleIntoBall(seed % 2 == 0 ? RandomTensors.Normal(seed, [4, 3, 2, 5]) : projected + (RandomTensors.Normal(seed, [4, 3, 2, 5]) * 0.1), p, radius);
            TensorAssert.Values(Lp.Distance(_delta, other, 2)).Zip(distance).Should().OnlyContain(pair => pair.First >= pair.Second - 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Norms_AreWhatEachPromises(double p, double radius)
    {
        var before = TensorAssert.Values(Lp.Norm(_delta, p));
        var projected = TensorAssert.Values(Lp.Norm(LpBall.Project(_delta, p, radius), p));
        var scaled = TensorAssert.Values(Lp.Norm(LpBall.ScaleIntoBall(_delta, p, radius), p));
        var sphere = TensorAssert.Values(Lp.Norm(LpBall.ScaleToSphere(_delta, p, radius), p));
        for (var sample = 0; sample < 4; sample++)
        {
            projected[sample].Should().BeApproximately(Math.Min(before[sample], radius), 1e-12);
            scaled[sample].Should().BeApproximately(Math.Min(before[sample], radius), 1e-12);
            sphere[sample].Should().BeApproximately(sample == 3 ? 0 : radius, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Twice_AreAsOnce(double p, double radius)
    {
        Func<Tensor, Tensor>[] operators =
            [delta => LpBall.Project(delta, p, radius), delta => LpBall.ScaleIntoBall(delta, p, radius), delta => LpBall.ScaleToSphere(delta, p, radius)];
        foreach (var once in operators)
        {
            TensorAssert.Close(once(once(_delta)), once(_delta), atol: 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Inside_ChangeNoBit(double p, double radius)
    {
        var inside = p == 0 ? zeros_like(_delta) : _delta[2..3];
        TensorAssert.Same(LpBall.ScaleIntoBall(inside, p, radius), inside);
        TensorAssert.Same(LpBall.Project(inside, p, radius), inside);
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Samples_AreIndependent(double p, double radius)
    {
        var others = _delta.clone();
        others[0] = double.NaN;
        others[2] *= 100;
        foreach (var one in new Func<Tensor, Tensor>[] { x => LpBall.Project(x, p, radius), x => LpBall.ScaleIntoBall(x, p, radius), x => LpBall.ScaleToSphere(x, p, radius) })
        {
            TensorAssert.Same(one(others)[1], one(_delta)[1]);
        }
    }

    [Fact]
    public void ScaleToSphere_Stabiliser_IsAddedToTheNorm() =>
        TensorAssert.Close(LpBall.ScaleToSphere(Row(3, 4), 2, radius: 2, stabiliser: 3), [0.75, 1], [1, 2]);

    [Theory]
    [InlineData(1e-15f)]
    [InlineData(1e-30f)]
    [InlineData(1e-40f)]
    [InlineData(0f)]
    public void ScaleToSphere_NextToZero_IsFinite(float value)
    {
        var delta = full([2, 4], value).requires_grad_();
        foreach (var p in new[] { 1, 2, Infinity })
        {
            var scaled = LpBall.ScaleToSphere(delta, p, radius: 100);
            TensorAssert.Finite(scaled);
            scaled.sum().backward();
            TensorAssert.Finite(delta.grad!);
        }
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Gradient_IsThatOfDifferences(double p, double radius)
    {
        // Not the zero sample, which is a kink of all of them; L∞ of others has its largest element far from the next.
        var delta = _delta[..3].clone().requires_grad_();
        GradientCheck.Verify(inputs => LpBall.Project(inputs[0], p, radius), [delta]);
        GradientCheck.Verify(inputs => LpBall.ScaleIntoBall(inputs[0], p, radius), [delta]);
        GradientCheck.Verify(inputs => LpBall.ScaleToSphere(inputs[0], p, radius, p == 0 ? 0 : 0.1), [delta], step: 1e-7);
    }

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Float32_AreThoseOfDouble(double p, double radius)
    {
        var delta = _delta.@float();
        TensorAssert.Close(LpBall.Project(delta, p, radius), LpBall.Project(delta.@double(), p, radius).@float());
        TensorAssert.Close(LpBall.ScaleToSphere(delta, p, radius), LpBall.ScaleToSphere(delta.@double(), p, radius).@float());
    }

    [Fact]
    public void KeepLargest_MoreThanThereAre_KeepsAll() => TensorAssert.Same(LpBall.Project(_delta, 0, 1000), _delta);

    [Theory]
    [MemberData(nameof(Balls))]
    public void Operators_Lifetimes_AreTheCallers(double p, double radius)
    {
        LeakCheck.OnlyResult(() => LpBall.Project(_delta, p, radius), _delta);
        LeakCheck.OnlyResult(() => LpBall.ScaleIntoBall(_delta, p, radius), _delta);
        LeakCheck.OnlyResult(() => LpBall.ScaleToSphere(_delta, p, radius), _delta);
    }

    [Fact]
    public void Operators_BadInput_Throws()
    {
        FluentActions.Invoking(() => LpBall.Project(_delta, 3, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `p` to be 0, 1, 2 or infinite for a projection, but got 3.*");
        FluentActions.Invoking(() => LpBall.Project(_delta, 0, 0.5)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `radius` to be at least 1 element for p = 0, but got 0.5.*");
        foreach (var radius in new[] { 0, -1, double.NaN, Infinity })
        {
            FluentActions.Invoking(() => LpBall.Project(_delta, 1, radius)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
            FluentActions.Invoking(() => LpBall.ScaleIntoBall(_delta, 1, radius)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
            FluentActions.Invoking(() => LpBall.ScaleToSphere(_delta, 1, radius)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
        }

        FluentActions.Invoking(() => LpBall.ScaleToSphere(_delta, 0.5, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("p");
        FluentActions.Invoking(() => LpBall.ScaleIntoBall(_delta, 0.5, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("p");
        FluentActions.Invoking(() => LpBall.ScaleToSphere(_delta, 1, 1, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("stabiliser");
        FluentActions.Invoking(() => LpBall.ScaleToSphere(zeros(3), 1, 1)).Should().Throw<ArgumentException>().WithParameterName("perturbation");
        FluentActions.Invoking(() => LpBall.ScaleIntoBall(null!, 1, 1)).Should().Throw<ArgumentNullException>().WithParameterName("perturbation");
    }

    private static Tensor Row(params double[] values) => tensor(values, [1, values.Length]);
}
