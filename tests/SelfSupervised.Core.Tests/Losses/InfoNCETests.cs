using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Values: the worked example, closed forms, a slow reference and PyTorch.</summary>
public sealed class InfoNCETests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var form in new[] { "batch", "symmetric", "against" })
            {
                foreach (var fixture in Fixture.Load($"infonce-{form}.json"))
                {
                    cases.Add(form, fixture.Name);
                }
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(0.5, 0.6214334526)]
    [InlineData(0.1, 0.0898489015)]
    public void Loss_WorkedExample_HasKnownMean(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(InfoNCE.Loss(Example.A(), Example.B(), temperature), expected, atol: 1e-9);
    }

    [Fact]
    public void Loss_WorkedExampleTheOtherWay_HasKnownMean()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(InfoNCE.Loss(Example.B(), Example.A(), 0.5), 0.6210194042, atol: 1e-9);
    }

    [Fact]
    public void SymmetricLoss_WorkedExample_IsTheMeanOfBothWays()
    {
        using var scope = NewDisposeScope();
        var loss = InfoNCE.SymmetricLoss(Example.A(), Example.B(), 0.5);
        TensorAssert.Close(loss, (0.6214334526 + 0.6210194042) / 2, atol: 1e-9);
        TensorAssert.Close(InfoNCE.SymmetricLoss(Example.B(), Example.A(), 0.5), loss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void Loss_ConstantScores_IsLogOfCandidateCount(int count)
    {
        using var scope = NewDisposeScope();
        var rows = ones(count, 4, dtype: ScalarType.Float64);
        TensorAssert.Close(InfoNCE.Loss(rows, rows), Math.Log(count), atol: 1e-12);
        TensorAssert.Close(InfoNCE.SymmetricLoss(rows, rows), Math.Log(count), atol: 1e-12);
        TensorAssert.Close(InfoNCE.LossAgainst(rows, rows, ones(9, 4, dtype: ScalarType.Float64)), Math.Log(10));
    }

    [Fact]
    public void Loss_DefaultTemperature_IsThatOfMoCo()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Example.A(), Example.B());
        TensorAssert.Same(InfoNCE.Loss(a, b), InfoNCE.Loss(a, b, 0.07));
        TensorAssert.Same(InfoNCE.SymmetricLoss(a, b), InfoNCE.SymmetricLoss(a, b, 0.07));
        TensorAssert.Same(InfoNCE.LossAgainst(a, b, b), InfoNCE.LossAgainst(a, b, b, 0.07));
    }

    [Fact]
    public void Loss_SumAndMean_AreThoseOfTheQueries()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Example.A(), Example.B());
        Func<nn.Reduction, Tensor>[] forms =
        [
            reduction => InfoNCE.Loss(a, b, reduction: reduction),
            reduction => InfoNCE.SymmetricLoss(a, b, reduction: reduction),
            reduction => InfoNCE.LossAgainst(a, b, a, reduction: reduction),
        ];
        foreach (var form in forms)
        {
            var each = TensorAssert.Values(form(nn.Reduction.None));
            each.Should().HaveCount(3);
            TensorAssert.Close(form(nn.Reduction.Sum), each.Sum());
            TensorAssert.Close(form(nn.Reduction.Mean), each.Average());
        }
    }

    [Fact]
    public void Loss_RandomSizes_EqualsSlowReference()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 40; trial++)
        {
            using var scope = NewDisposeScope();
            var (count, extra, columns) = (random.Next(1, 12), random.Next(1, 20), random.Next(1, 20));
            var temperature = 0.05 + random.NextDouble();
            var queries = RandomTensors.Normal((trial * 10) + 1, [count, columns]);
            var keys = RandomTensors.Normal((trial * 10) + 2, [count, columns]);
            var negatives = RandomTensors.Normal((trial * 10) + 3, [extra, columns]);
            var (q, k, n) = (Reference.Rows(queries), Reference.Rows(keys), Reference.Rows(negatives));

            var forward = Reference.InfoNCE(q, k, k, temperature, ownKeyAmongCandidates: true);
            var back = Reference.InfoNCE(k, q, q, temperature, ownKeyAmongCandidates: true);
            var both = forward.Zip(back, (x, y) => (x + y) / 2).ToArray();
            var against = Reference.InfoNCE(q, k, n, temperature, ownKeyAmongCandidates: false);

            TensorAssert.Close(InfoNCE.Loss(queries, keys, temperature, reduction: nn.Reduction.None), forward, [count]);
            TensorAssert.Close(InfoNCE.SymmetricLoss(queries, keys, temperature, reduction: nn.Reduction.None), both, [count]);
            TensorAssert.Close(
                InfoNCE.LossAgainst(queries, keys, negatives, temperature, reduction: nn.Reduction.None), against, [count]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_PyTorchCase_EqualsPyTorch(string form, string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load($"infonce-{form}.json").Single(one => one.Name == name);
        var inputs = new[] { "queries", "keys", "negatives" }.Where(fixture.Has)
            .ToDictionary(key => key, key => fixture.Tensor(key, requiresGrad: true));
        var (queries, keys) = (inputs["queries"], inputs["keys"]);
        var mask = fixture.Has("mask") ? fixture.Tensor("mask") : null;
        var temperature = fixture.Number("temperature");
        var atol = queries.dtype == ScalarType.Float64 ? 1e-12 : 5e-7 / temperature;
        Tensor Loss(nn.Reduction reduction) => form switch
        {
            "batch" => InfoNCE.Loss(queries, keys, temperature, mask, reduction),
            "symmetric" => InfoNCE.SymmetricLoss(queries, keys, temperature, mask, reduction),
            _ => InfoNCE.LossAgainst(queries, keys, inputs["negatives"], temperature, mask, reduction),
        };

        var loss = Loss(nn.Reduction.Mean);
        loss.backward();

        TensorAssert.Close(loss, fixture.Tensor("loss"), atol);
        TensorAssert.Close(Loss(nn.Reduction.None), fixture.Tensor("perAnchor"), atol);
        foreach (var (key, input) in inputs)
        {
            TensorAssert.Close(input.grad!, fixture.Tensor($"{key}.grad"), atol * 10);
        }
    }

    [Fact]
    public void LossAgainst_AllRowsOfOtherImages_EqualsNTXentOfThatAnchor()
    {
        // NT-Xent of anchor 0 is InfoNCE of query 0 against its key and the rows of every other image.
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [5, 4]), RandomTensors.Normal(2, [5, 4]));
        var anchors = NTXent.Loss([a, b], 0.2, reduction: nn.Reduction.None);
        var others = cat([a.narrow(0, 1, 4), b.narrow(0, 1, 4)]);
        TensorAssert.Close(InfoNCE.LossAgainst(a.narrow(0, 0, 1), b.narrow(0, 0, 1), others, 0.2), anchors[0]);
    }

    [Fact]
    public void LossAgainst_UnitNegatives_AreTakenAsTheyAre()
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (RandomTensors.Normal(1, [5, 4]), RandomTensors.Normal(2, [5, 4]));
        var negatives = RandomTensors.Normal(3, [7, 4]);
        var unit = nn.functional.normalize(negatives);
        TensorAssert.Close(InfoNCE.LossAgainst(queries, keys, unit, 0.2, unitNegatives: true), InfoNCE.LossAgainst(queries, keys, negatives, 0.2));
        TensorAssert.Close(InfoNCE.AccuracyAgainst(queries, keys, unit, unitNegatives: true), InfoNCE.AccuracyAgainst(queries, keys, negatives));
        TensorAssert.Close(
            InfoNCE.LossAgainst(queries, keys, zeros(7, 4, float64), 0.2, reduction: nn.Reduction.None, unitNegatives: true),
            TensorAssert.Values(nn.functional.cosine_similarity(queries, keys)).Select(one => Math.Log(1 + (7 * Math.Exp(-one / 0.2)))).ToArray(),
            [5]);
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(1e-4)]
    public void Loss_ColdTemperature_StaysFinite(double temperature)
    {
        using var scope = NewDisposeScope();
        var queries = RandomTensors.Normal(1, [16, 8], ScalarType.Float32, requiresGrad: true);
        var keys = RandomTensors.Normal(2, [16, 8], ScalarType.Float32, requiresGrad: true);
        var negatives = RandomTensors.Normal(3, [16, 8], ScalarType.Float32, requiresGrad: true);
        var sum = InfoNCE.Loss(queries, keys, temperature)
            .add(InfoNCE.SymmetricLoss(queries, keys, temperature))
            .add(InfoNCE.LossAgainst(queries, keys, negatives, temperature));
        sum.backward();

        TensorAssert.Finite(sum);
        TensorAssert.Finite(queries.grad!);
        TensorAssert.Finite(keys.grad!);
        TensorAssert.Finite(negatives.grad!);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Loss_HalfPrecisionInput_IsComputedInFloat32(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var queries = RandomTensors.Normal(1, [8, 6], type, requiresGrad: true);
        var keys = RandomTensors.Normal(2, [8, 6], type);
        var queue = RandomTensors.Normal(3, [12, 6], ScalarType.Float32);
        var (wideQueries, wideKeys) = (queries.@float(), keys.@float());
        var loss = InfoNCE.LossAgainst(queries, keys, queue);
        loss.backward();

        TensorAssert.Same(loss, InfoNCE.LossAgainst(wideQueries, wideKeys, queue));
        TensorAssert.Same(InfoNCE.Loss(queries, keys), InfoNCE.Loss(wideQueries, wideKeys));
        TensorAssert.Same(InfoNCE.SymmetricLoss(queries, keys), InfoNCE.SymmetricLoss(wideQueries, wideKeys));
        queries.grad!.dtype.Should().Be(type);
        TensorAssert.Finite(queries.grad!);
    }
}
