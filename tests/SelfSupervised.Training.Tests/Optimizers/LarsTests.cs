namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>Values: the worked example, a slow reference and PyTorch.</summary>
public sealed class LarsTests
{
    public static TheoryData<string> Cases => new(Fixture.Load("lars.json").Select(fixture => fixture.Name));

    public static TheoryData<LarsForm, bool, double, bool> Settings
    {
        get
        {
            var all = new TheoryData<LarsForm, bool, double, bool>();
            foreach (var form in Enum.GetValues<LarsForm>())
            {
                foreach (var (nesterov, decay, excluded) in Combinations())
                {
                    all.Add(form, nesterov, decay, excluded);
                }
            }

            return all;
        }
    }

    [Theory]
    [InlineData(LarsForm.Classic, 2.997, 3.996, 2.991303, 3.988404)]
    [InlineData(LarsForm.Popular, 2.997, 3.996, 2.994003, 3.992004)]
    public void Step_WorkedExample_HasKnownWeights(LarsForm form, double first0, double first1, double second0, double second1)
    {
        using var scope = NewDisposeScope();
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { Form = form, WeightDecay = 0.1 }, weight);
        optimizer.step();
        TensorAssert.Close(weight, [first0, first1], [1, 2], atol: 1e-12);
        optimizer.step();
        TensorAssert.Close(weight, [second0, second1], [1, 2], atol: 1e-12);
    }

    [Fact]
    public void Step_WorkedExampleClassic_HasKnownTrustAndVelocity()
    {
        using var scope = NewDisposeScope();
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, weight);
        optimizer.step();

        // With trust t the first velocity is t·(0.9, 1.2).
        TensorAssert.Close(weight, [3 - (0.00333333 * 0.9), 4 - (0.00333333 * 1.2)], [1, 2], atol: 1e-8);
        var before = TensorAssert.Values(weight);
        optimizer.step();
        double[] velocity = [before[0] - TensorAssert.Values(weight)[0], before[1] - TensorAssert.Values(weight)[1]];
        velocity[0].Should().BeApproximately(0.005697, 1e-12);
        velocity[1].Should().BeApproximately(0.007596, 1e-12);
        ((velocity[0] - (0.9 * 0.003)) / (0.6 + (0.1 * 2.997))).Should().BeApproximately(0.0033311104, 1e-10);
    }

    [Fact]
    public void Step_WorkedExamplePopular_HasKnownTrust()
    {
        using var scope = NewDisposeScope();
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { Form = LarsForm.Popular, WeightDecay = 0.1 }, weight);
        optimizer.step();
        var before = TensorAssert.Values(weight)[0];
        optimizer.step();
        ((before - TensorAssert.Values(weight)[0]) / 1.7097).Should().BeApproximately(0.0017529391, 1e-10);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Step_RandomTensors_EqualsSlowReference(LarsForm form, bool nesterov, double decay, bool excluded)
    {
        for (var trial = 0; trial < 6; trial++)
        {
            using var scope = NewDisposeScope();
            var options = new LarsOptions(1)
            {
                Form = form,
                Nesterov = nesterov,
                WeightDecay = decay,
                Exclude = (_, _) => excluded,
                Momentum = trial == 0 ? 0 : 0.5 + (0.08 * trial),
                TrustCoefficient = 0.01 * (trial + 1),
                Epsilon = trial % 2 * 0.05,
            };
            long[] shape = trial % 2 == 0 ? [trial + 1, 5] : [2, 3, trial, 2];
            var weight = Weights.With(RandomTensors.Normal(trial, shape));
            var reference = new Reference(options, TensorAssert.Values(weight), excluded);
            using var optimizer = Weights.Optimizer(options, weight);
            for (var step = 0; step < 6; step++)
            {
                var rate = 0.3 / (1 + step);
                var gradient = RandomTensors.Normal(100 + (10 * trial) + step, shape);
                if (step == 3)
                {
                    gradient.zero_();
                }

                weight.grad = gradient;
                optimizer.SetLearningRate(rate);
                optimizer.step();
                reference.Step(rate, TensorAssert.Values(gradient));
                TensorAssert.Close(weight, reference.Weight, shape, atol: 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_PyTorchCase_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("lars.json").Single(one => one.Name == name);
        var (weight, vector) = (Weights.With(fixture.Tensor("weight")), Weights.With(fixture.Tensor("vector")));
        var options = new LarsOptions(0)
        {
            Form = (LarsForm)(int)fixture.Number("form"),
            Momentum = fixture.Number("momentum"),
            WeightDecay = fixture.Number("decay"),
            Nesterov = fixture.Number("nesterov") != 0,
            Epsilon = fixture.Number("epsilon"),
            TrustCoefficient = fixture.Number("trust"),
        };
        using var optimizer = Weights.Optimizer(options, weight, vector);
        var rates = TensorAssert.Values(fixture.Tensor("rates"));
        for (var step = 0; step < rates.Length; step++)
        {
            weight.grad = fixture.Tensor("weight.grads").select(0, step);
            vector.grad = fixture.Tensor("vector.grads").select(0, step);
            optimizer.SetLearningRate(rates[step]);
            optimizer.step();
            TensorAssert.Close(weight, fixture.Tensor("weight.steps").select(0, step));
            TensorAssert.Close(vector, fixture.Tensor("vector.steps").select(0, step));
        }
    }

    private static IEnumerable<(bool Nesterov, double Decay, bool Excluded)> Combinations() =>
        from nesterov in (bool[])[false, true]
        from decay in (double[])[0, 0.05]
        from excluded in (bool[])[false, true]
        select (nesterov, decay, excluded);
}
