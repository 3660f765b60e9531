using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Memory;

public sealed class MemoryBankTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Constructor_Default_RowsAreUnitFromTheStart()
    {
        // Not normalised, rows of the first epoch would count by their length (peers begin so).
        using var bank = new MemoryBank(300, 16, seed: 3);
        TensorAssert.Close(bank.Rows.square().sum(1L), ones(300), atol: 1e-6);
        bank.Rows.mean(new long[] { 0 }).abs().max().item<float>().Should().BeLessThan(0.06f);
        (bank.Count, bank.Dimension, bank.Momentum, bank.Rows.dtype).Should().Be((300, 16, 0.5, ScalarType.Float32));
        bank.Fill().item<float>().Should().Be(0);
    }

    [Fact]
    public void Constructor_NotUnitRows_AreUniformAsInTheReleasedCode()
    {
        using var bank = new MemoryBank(4000, 12, seed: 3, unitRows: false);
        bank.Rows.abs().max().item<float>().Should().BeInRange(0.499f, 0.5f);
        bank.Rows.square().sum(1L).mean().item<float>().Should().BeApproximately(1, 0.01f);
        bank.Rows.var().item<float>().Should().BeApproximately(1 / 12f, 0.001f);
        using var unit = new MemoryBank(4000, 12, seed: 3);
        TensorAssert.Close(nn.functional.normalize(bank.Rows, dim: 1), unit.Rows, atol: 1e-6);
    }

    [Fact]
    public void Constructor_Seed_DecidesEachRow()
    {
        using var bank = new MemoryBank(50, 8, seed: 3);
        using var larger = new MemoryBank(80, 8, seed: 3);
        using var other = new MemoryBank(50, 8, seed: 4);
        TensorAssert.Same(bank.Rows, larger.Rows.narrow(0, 0, 50));
        bank.Rows.eq(other.Rows).any().item<bool>().Should().BeFalse();
        TensorAssert.Close(new MemoryBank(12, 6, seed: 5).Rows, Fixture.Load("instdisc.json")[0].Tensor("rows").to(float32));
    }

    [Fact]
    public void Constructor_MoreThanOneBlock_RowsAreThoseOfTheirNumbers()
    {
        using var bank = new MemoryBank(5, 1 << 21, seed: 3);
        using var shorter = new MemoryBank(2, 1 << 21, seed: 3);
        TensorAssert.Close(bank.Rows.square().sum(1L), ones(5), atol: 1e-4);
        bank.Rows.narrow(0, 0, 2).eq(shorter.Rows).all().item<bool>().Should().BeTrue();
        bank.Rows[4, 0].item<float>().Should().NotBe(bank.Rows[0, 0].item<float>());
    }

    [Fact]
    public void Update_WorkedExample_HasKnownRow()
    {
        using var bank = Bank([1, 0, 0, 1, -1, 0, 0, -1], 4, 2);
        bank.Update(tensor(new[] { 0.6f, 0.8f }, [1, 2]), [0]);
        TensorAssert.Close(bank.Rows, [0.8944272, 0.4472136, 0, 1, -1, 0, 0, -1], [4, 2], atol: 1e-7);
        TensorAssert.Same(bank.Updates, tensor(new long[] { 1, 0, 0, 0 }));
        bank.Fill().item<float>().Should().Be(0.25f);
    }

    [Fact]
    public void Update_LengthOfTheFeatures_DoesNotMatter()
    {
        using var one = new MemoryBank(10, 4);
        using var other = new MemoryBank(10, 4);
        var features = RandomTensors.Normal(1, [3, 4], float32);
        one.Update(features, [7, 2, 5]);
        other.Update(features.mul(37), [7, 2, 5]);
        TensorAssert.Close(one.Rows, other.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Update_MomentumAtItsEnds_TakesOrKeeps(double momentum)
    {
        using var bank = new MemoryBank(5, 4, momentum);
        var before = bank.Rows.clone();
        var features = nn.functional.normalize(RandomTensors.Normal(1, [2, 4], float32), dim: 1);
        bank.Update(features, [1, 3]);
        TensorAssert.Close(bank.Rows[1], momentum == 0 ? features[0] : before[1]);
    }

    [Fact]
    public void Update_ImageTwiceInABatch_TheLastOneWins()
    {
        using var bank = new MemoryBank(10, 4);
        using var once = new MemoryBank(10, 4);
        var features = RandomTensors.Normal(1, [4, 4], float32);
        bank.Update(features, [3, 8, 3, 3]);
        once.Update(features.index_select(0, tensor(new long[] { 1, 3 })), [8, 3]);
        TensorAssert.Same(bank.Rows, once.Rows);
        bank.Updates[3].item<long>().Should().Be(1);
    }

    [Fact]
    public void Update_BatchLargerThanTheBank_IsTakenWhole()
    {
        using var bank = new MemoryBank(3, 4);
        using var once = new MemoryBank(3, 4);
        var features = RandomTensors.Normal(1, [7, 4], float32);
        bank.Update(features, [0, 1, 2, 0, 1, 2, 0]);
        once.Update(features.narrow(0, 4, 3), [1, 2, 0]);
        TensorAssert.Same(bank.Rows, once.Rows);
    }

    [Fact]
    public void Update_OppositeOfTheRow_TakesItsPlace()
    {
        using var bank = Bank([1, 0, 0, 1], 2, 2);
        bank.Update(tensor(new[] { -1f, 0 }, [1, 2]), [0]);
        TensorAssert.Close(bank.Rows, [-1, 0, 0, 1], [2, 2]);
    }

    [Fact]
    public void Update_FeaturesOfAnyPrecisionWithAGraph_LeaveNoGraph()
    {
        foreach (var type in new[] { float16, bfloat16, float32, float64 })
        {
            using var bank = new MemoryBank(10, 4);
            var features = RandomTensors.Normal(1, [2, 4]).to(type).requires_grad_();
            bank.Update(features.mul(2), [0, 9]);
            (bank.Rows.dtype, bank.Rows.requires_grad, bank.Rows.grad is null).Should().Be((float32, false, true));
            TensorAssert.Close(bank.Rows.norm(1), ones(10), atol: 1e-6);
        }
    }

    [Fact]
    public void Update_RandomBatches_EqualAListOfRows()
    {
        var random = new Random(4);
        for (var trial = 0; trial < 20; trial++)
        {
            using var scope = NewDisposeScope();
            var (count, dimension, momentum) = (random.Next(1, 12), random.Next(1, 7), random.NextDouble());
            using var bank = new MemoryBank(count, dimension, momentum, seed: trial, unitRows: trial % 2 == 0);
            var rows = TensorAssert.Values(bank.Rows).Chunk(dimension).ToArray();
            var updates = new long[count];
            for (var step = 0; step < 6; step++)
            {
                int[] indices = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(count))];
                var features = RandomTensors.Normal(random.Next(), [indices.Length, dimension], float32);
                bank.Update(features, indices);
                Follow(rows, updates, TensorAssert.Values(features).Chunk(dimension).ToArray(), indices, momentum);
            }

            TensorAssert.Close(bank.Rows, [.. rows.SelectMany(row => row)], [count, dimension], atol: 2e-5);
            TensorAssert.Same(bank.Updates, tensor(updates));
        }
    }

    // Few rows per candidate are all compared; of many, the candidates are gathered.
    [Theory]
    [InlineData(40)]
    [InlineData(4000)]
    public void Scores_SmallOrLargeBank_AreCosines(int count)
    {
        using var bank = new MemoryBank(count, 6, seed: 1);
        var features = RandomTensors.Normal(1, [5, 6], float32);
        var candidates = new NegativeSampler(count).Draw(1, 0, [3, 9, 3, 0, 39], negatives: 7);
        var expected = nn.functional.normalize(features, dim: 1).mm(bank.Rows.t()).gather(1, candidates);
        TensorAssert.Close(bank.Scores(features, candidates), expected);
        TensorAssert.Close(bank.Gather([3, 39]), bank.Rows.index_select(0, tensor(new long[] { 3, 39 })));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(4000)]
    public void Scores_Gradient_FlowsToTheFeaturesAlone(int count)
    {
        using var bank = new MemoryBank(count, 4, seed: 1);
        var candidates = tensor(new long[] { 1, 8, 1, 5, 0, 3 }, [2, 3]);
        Tensor[] features = [RandomTensors.Normal(1, [2, 4], requiresGrad: true)];
        GradientCheck.Verify(x => bank.Scores(x[0], candidates), features);
        bank.Scores(features[0], candidates).sum().backward();
        (bank.Rows.requires_grad, bank.Rows.grad is null).Should().Be((false, true));
    }

    [Fact]
    public void Update_BeforeTheBackwardPass_IsRefusedByAutograd()
    {
        using var bank = new MemoryBank(9, 4, seed: 1);
        var features = RandomTensors.Normal(1, [2, 4], float32, requiresGrad: true);
        Tensor[] losses = [NonParametricSoftmax.Loss(features, bank.Rows, [1, 2]), bank.Scores(features, zeros(2, 3, dtype: int64)).sum()];
        bank.Update(features, [1, 2]);
        losses.Should().AllSatisfy(loss => loss.Invoking(one => one.backward()).Should().Throw<Exception>().WithMessage("*modified by an inplace operation*"));
    }

    [Fact]
    public void SaveAndLoad_Bank_IsWhole()
    {
        using var bank = new MemoryBank(10, 4, seed: 1);
        bank.Update(RandomTensors.Normal(1, [2, 4], float32), [0, 9]);
        using var file = new MemoryStream();
        bank.SaveSafetensors(file);
        file.Position = 0;
        using var other = new MemoryBank(10, 4, seed: 2);
        other.LoadSafetensors(file).IsExact.Should().BeTrue();
        TensorAssert.Same(other.Rows, bank.Rows);
        TensorAssert.Same(other.Updates, bank.Updates);
        bank.state_dict().Keys.Should().Equal("rows", "updates");
        bank.parameters().Should().BeEmpty();
    }

    [Fact]
    public void To_AnotherType_MovesWhatIsWrittenAndSaved()
    {
        using var bank = new MemoryBank(10, 4, seed: 1);
        bank.to(float64);
        bank.Update(RandomTensors.Normal(1, [2, 4]), [0, 9]);
        bank.Rows.dtype.Should().Be(float64);
        bank.Updates.dtype.Should().Be(int64);
        TensorAssert.Same(bank.state_dict()["rows"], bank.Rows);
        bank.Fill().item<float>().Should().BeApproximately(0.2f, 1e-6f);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        MemoryBank bank;
        using (var scope = NewDisposeScope())
        {
            bank = new MemoryBank(10, 4);
            bank.Update(RandomTensors.Normal(1, [2, 4], float32), [0, 9]);
        }

        using (bank)
        {
            var features = RandomTensors.Normal(1, [2, 4], float32);
            var candidates = tensor(new long[] { 1, 8, 1, 5 }, [2, 2]);
            LeakCheck.NothingLeft(() => bank.Update(features, [3, 3]), features, bank.Rows);
            LeakCheck.OnlyResult(() => bank.Scores(features, candidates), features, candidates, bank.Rows);
            LeakCheck.OnlyResult(() => bank.Gather([1, 2]), bank.Rows);
            LeakCheck.OnlyResult(bank.Fill, bank.Rows, bank.Updates);
        }

        LeakCheck.NothingLeft(() => new MemoryBank(10, 4).Dispose());
        using var large = new MemoryBank(1000, 4);
        var (one, place) = (ones(1, 4), zeros(1, 1, dtype: int64));
        LeakCheck.OnlyResult(() => large.Scores(one, place), one, place, large.Rows);
    }

    [Fact]
    public void To_NarrowerType_KeepsItsRows()
    {
        using var scope = NewDisposeScope();
        using var bank = new MemoryBank(4, 2);
        bank.to(ScalarType.BFloat16);
        bank.to(CPU, ScalarType.Float16);
        bank.Rows.dtype.Should().Be(ScalarType.Float32);
        bank.to(ScalarType.Float64);
        bank.Rows.dtype.Should().Be(ScalarType.Float64);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var bank = new MemoryBank(10, 4);
        var features = ones(2, 4);
        FluentActions.Invoking(() => new MemoryBank(0, 4)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => new MemoryBank(4, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("dimension");
        FluentActions.Invoking(() => new MemoryBank(4, 4, momentum: 1.1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("momentum");
        bank.Invoking(one => one.Update(ones(2, 5), [0, 1])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `features` to have 4 columns like `Rows`, but got [2, 5].");
        bank.Invoking(one => one.Update(features, [0])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `indices` to be 2, one for each row of `features`, but got 1.");
        bank.Invoking(one => one.Update(features, [0, 10])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `indices` to be from 0 to 9, the memory's rows, but number 1 is 10.*");
        bank.Invoking(one => one.Update(features, [-1, 0])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("indices");
        bank.Invoking(one => one.Update(full([2, 4], float.NaN), [0, 1])).Should().Throw<ArgumentException>().WithMessage("Expected `features` to be finite*");
        bank.Invoking(one => one.Gather([])).Should().Throw<ArgumentException>().WithParameterName("indices");
        bank.Invoking(one => one.Scores(features, zeros(3, 2, dtype: int64))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `candidates` to be Int64 of shape [2, C], C at least 1, like `features`, but got Int64 of shape [3, 2].");
        bank.Invoking(one => one.Scores(features, zeros(2, 2))).Should().Throw<ArgumentException>();
        bank.Invoking(one => one.Scores(features, full([2, 3], 10, int64))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `candidates` to be from 0 to 9, the memory's rows, but they are from 10 to 10.*");
        bank.Updates.sum().item<long>().Should().Be(0);
    }

    private static MemoryBank Bank(float[] rows, int count, int dimension)
    {
        var bank = new MemoryBank(count, dimension);
        bank.Rows.copy_(tensor(rows, [count, dimension]));
        return bank;
    }

    private static void Follow(double[][] rows, long[] updates, double[][] features, int[] indices, double momentum)
    {
        var before = rows.ToArray();
        for (var b = 0; b < indices.Length; b++)
        {
            var (i, unit) = (indices[b], Unit(features[b]));
            rows[i] = Unit([.. before[i].Zip(unit, (old, now) => (momentum * old) + ((1 - momentum) * now))]);
        }

        foreach (var i in indices.Distinct())
        {
            updates[i]++;
        }
    }

    private static double[] Unit(double[] row)
    {
        var norm = Math.Sqrt(row.Sum(value => value * value));
        return [.. row.Select(value => value / norm)];
    }
}
