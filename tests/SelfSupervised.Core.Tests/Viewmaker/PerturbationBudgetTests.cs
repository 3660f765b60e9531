using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class PerturbationBudgetTests : IDisposable
{
    private const double Infinity = double.PositiveInfinity;

    private static readonly Dictionary<string, PerturbationBudget> s_budgets = new()
    {
        ["L0"] = PerturbationBudget.L0(0.2),
        ["L1"] = PerturbationBudget.L1(),
        ["L2"] = PerturbationBudget.L2(),
        ["LInfinity"] = PerturbationBudget.LInfinity(),
        ["L0, in total"] = new(0, 4, unit: BudgetUnit.Total),
        ["L1, ball, in total"] = new(1, 3, BudgetOperator.Ball, BudgetUnit.Total),
        ["L1, projection"] = new(1, 0.2, BudgetOperator.Projection),
        ["L1.5, sphere"] = new(1.5, 0.1),
        ["L2, ball"] = new(2, 0.3, BudgetOperator.Ball),
        ["L2, projection, in total"] = new(2, 1, BudgetOperator.Projection, BudgetUnit.Total),
        ["LInfinity, sphere"] = new(Infinity, 0.05),
        ["LInfinity, ball"] = new(Infinity, 0.6, BudgetOperator.Ball),
        ["LInfinity, projection"] = new(Infinity, 0.5, BudgetOperator.Projection),
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _delta = RandomTensors.Normal(1, [4, 3, 2, 5]).tanh();

    public static TheoryData<string> Names => new(s_budgets.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.5, 0.0499891826)]
    [InlineData(1, 0.0499934357)]
    [InlineData(-2, -0.0499948140)]
    public void L1_ConstantOutput_IsAsPublished(double y, double expected) => TensorAssert.Close(
        PerturbationBudget.L1().Apply(full([2, 3, 4, 4], Math.Tanh(y), dtype: ScalarType.Float64)), Enumerable.Repeat(expected, 96).ToArray(), [2, 3, 4, 4], atol: 5e-11);

    [Fact]
    public void Presets_FourElements_AreAsPublished()
    {
        var delta = tensor(new[] { 0.1, -0.2, 0.3, -0.4 }, [1, 4]).tanh();
        TensorAssert.Close(PerturbationBudget.L1().Apply(delta), [0.0205775766, -0.0407503508, 0.0601447594, -0.0784447289], [1, 4], atol: 5e-10);
        TensorAssert.Close(PerturbationBudget.L1().Spent(PerturbationBudget.L1().Apply(delta)), [0.0499793539], [1], atol: 5e-10);
        TensorAssert.Close(PerturbationBudget.L2().Apply(delta), [0.0188992, -0.0374266, 0.0552392, -0.0720465], [1, 4], atol: 5e-8);
        TensorAssert.Close(s_budgets["LInfinity, sphere"].Apply(delta), [0.0131160, -0.0259739, 0.0383358, -0.05], [1, 4], atol: 5e-8);
        TensorAssert.Close(PerturbationBudget.LInfinity().Apply(delta), delta * 0.05);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_EachSample_KeepsToTheBudgetAndSpendsItOnTheSphere(string name)
    {
        var budget = s_budgets[name];
        var kept = budget.Apply(_delta);
        kept.shape.Should().Equal(_delta.shape);
        foreach (var (spent, came) in TensorAssert.Values(budget.Spent(kept)).Zip(TensorAssert.Values(budget.Spent(_delta))))
        {
            spent.Should().BeLessThanOrEqualTo(budget.Size * (1 + 1e-12));
            if (budget is { Operation: BudgetOperator.Sphere, P: > 0 })
            {
                spent.Should().BeApproximately(budget.Size * came / (came + budget.Stabiliser), 1e-12);
            }
            else if (budget.Operation is BudgetOperator.Ball or BudgetOperator.Projection)
            {
                spent.Should().BeApproximately(Math.Min(came, budget.Size), 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_Gradient_IsThatOfDifferences(string name) =>
        GradientCheck.Verify(inputs => s_budgets[name].Apply(inputs[0].tanh()), [RandomTensors.Normal(1, [3, 3, 2, 5], requiresGrad: true)], step: 1e-7);

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_ZeroSample_StaysZeroWithAFiniteGradient(string name)
    {
        var delta = _delta.clone();
        delta[1] = 0;
        delta.requires_grad_();
        var kept = s_budgets[name].Apply(delta);
        TensorAssert.Same(kept[1], zeros(3, 2, 5, dtype: ScalarType.Float64));
        kept.sum().backward();
        TensorAssert.Finite(delta.grad!);
    }

    [Fact]
    public void Radius_Units_AreAsStated()
    {
        PerturbationBudget.L1(0.05).Radius(3072).Should().BeApproximately(153.6, 1e-9);
        PerturbationBudget.L2(0.05).Radius(3072).Should().BeApproximately(0.05 * Math.Sqrt(3072), 1e-12);
        PerturbationBudget.LInfinity(0.05).Radius(3072).Should().Be(0.05);
        PerturbationBudget.L0(0.05).Radius(3072).Should().BeApproximately(153.6, 1e-9);
        s_budgets["L1, ball, in total"].Radius(3072).Should().Be(3);
        TensorAssert.Close(Lp.Norm(PerturbationBudget.L0(0.05).Apply(RandomTensors.Normal(1, [2, 3, 32, 32])), 0), [153, 153], [2]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_Lifetimes_AreTheCallers(string name)
    {
        LeakCheck.OnlyResult(() => s_budgets[name].Apply(_delta), _delta);
        LeakCheck.OnlyResult(() => s_budgets[name].Spent(_delta), _delta);
    }

    [Fact]
    public void Records_OfTheSameNumbers_AreEqual()
    {
        PerturbationBudget.L1(0.1).Should().Be(new PerturbationBudget(1, 0.1, stabiliser: 1e-4));
        PerturbationBudget.L1(0.1).Should().NotBe(PerturbationBudget.L2(0.1));
    }

    [Fact]
    public void Constructor_BadNumbers_Throws()
    {
        foreach (var size in new[] { 0, -0.05, double.NaN, Infinity })
        {
            FluentActions.Invoking(() => new PerturbationBudget(1, size)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage($"Expected `size` to be finite and greater than 0, but got {size}.*");
        }

        Refused(() => new(0.5, 1), "p");
        Refused(() => new(0, 1.5), "size");
        Refused(() => new(3, 1, BudgetOperator.Projection), "p");
        Refused(() => new(1, 1, (BudgetOperator)9), "operation");
        Refused(() => new(1, 1, unit: (BudgetUnit)9), "unit");
        Refused(() => new(1, 1, stabiliser: -1), "stabiliser");
        Refused(() => new(1, 1, BudgetOperator.Ball, stabiliser: 1e-4), "stabiliser");
        Refused(() => new(2, 1, BudgetOperator.Bounded), "operation");

        static void Refused(Func<PerturbationBudget> make, string name) =>
            make.Should().Throw<ArgumentException>().WithParameterName(name).WithMessage($"Expected `{name}` to be *");
    }

    [Fact]
    public void Apply_BadInput_Throws()
    {
        var budget = PerturbationBudget.L1();
        var bad = _delta.clone();
        bad[1, 2, 0, 3] = double.NaN;
        budget.Invoking(one => one.Apply(bad)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `perturbation` to be finite, but 1 of its 120 values are NaN or infinite.");
        TensorAssert.Same(budget.Apply(bad, checkValues: false)[0], budget.Apply(_delta)[0]);
        budget.Invoking(one => one.Apply(zeros(3))).Should().Throw<ArgumentException>().WithParameterName("perturbation");
        budget.Invoking(one => one.Spent(zeros(3))).Should().Throw<ArgumentException>().WithParameterName("perturbation");
        budget.Invoking(one => one.Radius(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("elements");
        PerturbationBudget.L0(0.01).Invoking(one => one.Apply(_delta)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `perturbation` to have samples of which the budget 0.01 is at least 1 element, but got [4, 3, 2, 5].*");
    }
}
