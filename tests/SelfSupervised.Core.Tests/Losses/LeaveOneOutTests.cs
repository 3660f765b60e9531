using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>LooC's loss: the worked example, closed forms, a slow reference, PyTorch, finite differences.</summary>
public sealed class LeaveOneOutTests
{
    public static TheoryData<string> Cases => [.. Fixture.Load("leave-one-out.json").Select(fixture => fixture.Name)];

    [Theory]
    [InlineData(1, 0.4791044981, 0.9894761055, 0.9897934057, 0.8194580031)]
    [InlineData(0.5, 0.2063800175, 0.6725904572, 0.8032306002, 0.5607336917)]
    [InlineData(0.2, 0.0182711107, 0.3230980098, 0.4791388408, 0.2735026538)]
    public void Loss_WorkedExample_HasKnownTermsAndMean(double temperature, double all, double first, double second, double mean)
    {
        using var scope = NewDisposeScope();
        var queries = tensor(new double[] { 1, 0, 0, 1, 0.6, 0.8 }, [3, 1, 2]);
        var keys = tensor(new double[] { 0.8, 0.6, 9, 9, -9, 9, 0.6, 0.8, 0, 1, 1, 0, 1, 0, 0, 1, 0.8, 0.6 }, [3, 3, 1, 2]);
        Tensor[] negatives =
        [
            tensor(new double[] { 0, 1, -1, 0 }, [2, 2]),
            tensor(new double[] { -1, 0, 0, -1 }, [2, 2]),
            tensor(new double[] { -0.6, -0.8 }, [1, 2]),
        ];
        TensorAssert.Close(LeaveOneOut.Terms(queries, keys, negatives, temperature), [all, first, second], [3, 1], atol: 1e-9);
        TensorAssert.Close(LeaveOneOut.Loss(queries, keys, negatives, temperature, unitNegatives: true), mean, atol: 1e-9);
    }

    [Fact]
    public void Terms_AllVectorsEqual_AreLogsOfTheCandidates()
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (ones(4, 2, 3, float64), ones([4, 4, 2, 3], float64));
        Tensor[] negatives = [.. Enumerable.Range(0, 4).Select(_ => ones(7, 3, float64))];
        var logs = new[] { Math.Log(1 + 7), Math.Log(4 + 7), Math.Log(4 + 7), Math.Log(4 + 7) };
        TensorAssert.Close(LeaveOneOut.Terms(queries, keys, negatives), [.. logs.SelectMany(one => new[] { one, one })], [4, 2]);
        TensorAssert.Close(LeaveOneOut.Loss(queries, keys, negatives), logs.Average());
    }

    [Fact]
    public void Loss_NoAugmentation_IsMoCos()
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (RandomTensors.Normal(1, [6, 5], float32), RandomTensors.Normal(2, [6, 5], float32));
        var negatives = RandomTensors.Normal(3, [9, 5], float32);
        var mask = RandomTensors.Normal(4, [6, 9]).gt(0.5);
        foreach (var reduction in new[] { nn.Reduction.Mean, nn.Reduction.Sum, nn.Reduction.None })
        {
            TensorAssert.Close(
                LeaveOneOut.Loss(queries.unsqueeze(0), keys.view(1, 1, 6, 5), [negatives], 0.07, [mask], reduction),
                InfoNCE.LossAgainst(queries, keys, negatives, 0.07, mask, reduction));
        }

        TensorAssert.Close(
            LeaveOneOut.Accuracy(queries.unsqueeze(0), keys.view(1, 1, 6, 5), [negatives], [mask]).squeeze(0), InfoNCE.AccuracyAgainst(queries, keys, negatives, mask));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Terms_PyTorchCase_EqualPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("leave-one-out.json").Single(one => one.Name == name);
        var spaces = Enumerable.Range(0, (int)fixture.Number("spaces")).ToArray();
        var inputs = new[] { "queries", "keys" }.Concat(spaces.Select(space => $"negatives{space}"))
            .ToDictionary(key => key, key => fixture.Tensor(key, requiresGrad: true));
        Tensor?[]? masks = fixture.Has("mask0") ? [.. spaces.Select(space => fixture.Tensor($"mask{space}"))] : null;
        Tensor[] negatives = [.. spaces.Select(space => inputs[$"negatives{space}"])];
        var temperature = fixture.Number("temperature");
        var atol = inputs["queries"].dtype == float64 ? 1e-12 : 2e-6;

        var loss = LeaveOneOut.Loss(inputs["queries"], inputs["keys"], negatives, temperature, masks);
        loss.backward();

        TensorAssert.Close(loss, fixture.Tensor("loss"), atol);
        TensorAssert.Close(LeaveOneOut.Terms(inputs["queries"], inputs["keys"], negatives, temperature, masks), fixture.Tensor("terms"), atol);
        foreach (var (key, input) in inputs)
        {
            TensorAssert.Close(input.grad!, fixture.Tensor($"{key}.grad"), atol * 10);
        }
    }

    [Fact]
    public void Terms_RandomSizes_EqualSlowReference()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 25; trial++)
        {
            using var scope = NewDisposeScope();
            var (spaces, images, width) = (random.Next(1, 5), random.Next(1, 6), random.Next(1, 8));
            var temperature = 0.05 + random.NextDouble();
            var (queries, keys) = (RandomTensors.Normal((trial * 9) + 1, [spaces, images, width]), RandomTensors.Normal((trial * 9) + 2, [spaces, spaces, images, width]));
            Tensor[] negatives = [.. Enumerable.Range(0, spaces).Select(space => RandomTensors.Normal((trial * 9) + 3 + space, [random.Next(1, 9), width]))];
            var expected = Enumerable.Range(0, spaces).SelectMany(space =>
            {
                // Of the image's keys only those that the space compares, and the queue as further candidates.
                var others = Enumerable.Range(0, spaces).Where(view => space > 0 && view != space).Select(view => keys[space][view]).ToArray();
                return Enumerable.Range(0, images).Select(image => Reference.InfoNCE(
                    Reference.Rows(queries[space].narrow(0, image, 1)),
                    Reference.Rows(keys[space][space].narrow(0, image, 1)),
                    [.. others.Select(view => Reference.Rows(view)[image]), .. Reference.Rows(negatives[space])],
                    temperature,
                    ownKeyAmongCandidates: false)[0]);
            }).ToArray();
            TensorAssert.Close(LeaveOneOut.Terms(queries, keys, negatives, temperature), expected, [spaces, images]);
            TensorAssert.Close(LeaveOneOut.Loss(queries, keys, negatives, temperature, reduction: nn.Reduction.Sum), expected.Sum() / spaces);
        }
    }

    [Fact]
    public void Loss_EveryInput_HasTheGradientOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var queries = RandomTensors.Normal(1, [3, 3, 4], requiresGrad: true);
        var keys = RandomTensors.Normal(2, [3, 3, 3, 4], requiresGrad: true);
        Tensor[] negatives = [.. Enumerable.Range(3, 3).Select(seed => RandomTensors.Normal(seed, [5, 4], requiresGrad: true))];
        var mask = RandomTensors.Normal(9, [3, 5]).gt(0.3);
        GradientCheck.Verify(
            z => LeaveOneOut.Loss(z[0], z[1], [z[2], z[3], z[4]], 0.3, [null, z[5], null]), [queries, keys, .. negatives, mask], rtol: 1e-5, atol: 1e-7);
    }

    [Fact]
    public void Loss_ImagesOrNegativesInAnotherOrder_Follows()
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float64);
        var order = RandomTensors.Permutation(1, 6);
        TensorAssert.Close(
            LeaveOneOut.Loss(queries.index_select(1, order), keys.index_select(2, order), negatives, reduction: nn.Reduction.None),
            LeaveOneOut.Loss(queries, keys, negatives, reduction: nn.Reduction.None).index_select(0, order));
        TensorAssert.Close(
            LeaveOneOut.Loss(queries, keys, [.. negatives.Select(one => one.flip(0))]), LeaveOneOut.Loss(queries, keys, negatives));
    }

    [Fact]
    public void Loss_OtherKeysOfSpaceZero_AreNotRead()
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float64);
        var other = keys.clone();
        other[0].narrow(0, 1, 2).fill_(7);
        TensorAssert.Same(LeaveOneOut.Loss(queries, other, negatives), LeaveOneOut.Loss(queries, keys, negatives));
        other[1].narrow(0, 0, 1).fill_(7);
        TensorAssert.Values(LeaveOneOut.Terms(queries, other, negatives)[1]).Should()
            .NotEqual(TensorAssert.Values(LeaveOneOut.Terms(queries, keys, negatives)[1]), "k0 is a negative of space 1");
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(1e-4)]
    public void Loss_ColdTemperature_StaysFinite(double temperature)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float32);
        queries.requires_grad_();
        var loss = LeaveOneOut.Loss(queries, keys, negatives, temperature);
        loss.backward();
        TensorAssert.Finite(loss);
        TensorAssert.Finite(queries.grad!);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Loss_HalfPrecisionInput_IsComputedInFloat32(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(type);
        TensorAssert.Same(
            LeaveOneOut.Loss(queries, keys, negatives, 0.07),
            LeaveOneOut.Loss(queries.@float(), keys.@float(), [.. negatives.Select(one => one.@float())], 0.07));
    }

    [Fact]
    public void Accuracy_KnownWinners_CountsOwnViewsAndNegatives()
    {
        using var scope = NewDisposeScope();
        var queries = tensor(new double[] { 1, 0, 1, 0, 1, 0, 1, 0 }, [2, 2, 2]);

        // In space 1 image 0 is nearest to its k1, image 1 to its k0; in space 0 that makes no difference.
        var keys = tensor(new double[] { 1, 1, 1, 1, 1, 0, 1, 0, /* space 1 */ 0, 1, 1, 0, 1, 0.1, 1, 0.1 }, [2, 2, 2, 2]);
        Tensor[] far = [tensor(new double[] { -1, 0 }, [1, 2]), tensor(new double[] { -1, 0 }, [1, 2])];
        Tensor[] near = [tensor(new double[] { 1, 0.5 }, [1, 2]), far[1]];
        TensorAssert.Close(LeaveOneOut.Accuracy(queries, keys, far), [1, 0.5], [2]);
        TensorAssert.Close(LeaveOneOut.Accuracy(queries, keys, near), [0, 0.5], [2]);
        TensorAssert.Close(LeaveOneOut.Accuracy(queries, keys, near, [ones(2, 1, dtype: @bool), null]), [1, 0.5], [2]);
    }

    [Fact]
    public void LooCLoss_Settings_ReachTheFunction()
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float64);
        using var loss = new LooCLoss(0.3, nn.Reduction.None, checkValues: false, unitNegatives: true);
        Tensor?[] masks = [RandomTensors.Normal(4, [6, 8]).gt(0), null, null];
        TensorAssert.Same(loss.Compute(queries, keys, negatives, masks), LeaveOneOut.Loss(queries, keys, negatives, 0.3, masks, nn.Reduction.None, unitNegatives: true));
        (loss.Temperature, loss.Reduction, loss.CheckValues, loss.UnitNegatives).Should().Be((0.3, nn.Reduction.None, false, true));
        using var plain = new LooCLoss();
        TensorAssert.Same(plain.call(queries, keys, negatives), LeaveOneOut.Loss(queries, keys, negatives, 0.2));
    }

    [Fact]
    public void EveryOperation_LeavesOnlyItsResult()
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float32);
        Tensor?[] masks = [null, RandomTensors.Normal(4, [6, 8]).gt(0), null];
        using var loss = new LooCLoss();
        LeakCheck.OnlyResult(() => LeaveOneOut.Loss(queries, keys, negatives, falseNegatives: masks), queries, keys, negatives[0]);
        LeakCheck.OnlyResult(() => LeaveOneOut.Terms(queries, keys, negatives, falseNegatives: masks), queries, keys, negatives[0]);
        LeakCheck.OnlyResult(() => LeaveOneOut.Accuracy(queries, keys, negatives, masks), queries, keys, negatives[0]);
        LeakCheck.OnlyResult(() => loss.call(queries, keys, negatives), queries, keys, negatives[0]);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var (queries, keys, negatives) = Inputs(float32);
        void Throws(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);
        Throws(() => LeaveOneOut.Loss(queries[0], keys, negatives), "Expected `queries` to have shape [n+1, B, D], none of them 0, but got [6, 4].*");
        Throws(() => LeaveOneOut.Loss(queries, keys[0], negatives), "Expected `keys` to have shape [3, 3, 6, 4], `queries` being [3, 6, 4], but got [3, 6, 4].*");
        Throws(() => LeaveOneOut.Terms(queries, keys, negatives[..2]), "Expected `negatives` to be 3, one per space, but got 2.*");
        Throws(() => LeaveOneOut.Terms(queries, keys, negatives, falseNegatives: [null]), "Expected `falseNegatives` to be 3, one per space, but got 1.*");
        Throws(() => LeaveOneOut.Loss(queries, keys, [negatives[0], ones(5, 3), negatives[2]]), "Expected `negatives[1]` to have shape [K, 4] like `queries`, but got [5, 3].*");
        Throws(() => LeaveOneOut.Loss(queries, keys, negatives, falseNegatives: [ones(6, 7, dtype: @bool), null, null]), "Expected `falseNegatives[0]` to have shape [6, 8]*");
        Throws(() => LeaveOneOut.Loss(queries.to(int64), keys, negatives), "Expected `queries` to be Float16, BFloat16, Float32 or Float64, but got Int64.*");
        Throws(() => LeaveOneOut.Accuracy(queries.mul(float.NaN), keys, negatives), "Expected `queries` to be finite*");
        Throws(() => LeaveOneOut.Loss(queries, keys, [negatives[0], negatives[1].mul(float.NaN), negatives[2]]), "Expected `negatives[1]` to be finite*");
        FluentActions.Invoking(() => LeaveOneOut.Loss(queries, keys, negatives, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("temperature");
        FluentActions.Invoking(() => new LooCLoss(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("temperature");
        FluentActions.Invoking(() => LeaveOneOut.Loss(queries, keys, null!)).Should().Throw<ArgumentNullException>().WithParameterName("negatives");
        var dead = ones(1);
        dead.Dispose();
        FluentActions.Invoking(() => LeaveOneOut.Loss(queries, dead, negatives)).Should().Throw<ObjectDisposedException>();
    }

    private static (Tensor Queries, Tensor Keys, Tensor[] Negatives) Inputs(ScalarType type) =>
        (RandomTensors.Normal(1, [3, 6, 4], type), RandomTensors.Normal(2, [3, 3, 6, 4], type),
            [.. Enumerable.Range(3, 3).Select(seed => RandomTensors.Normal(seed, [8, 4], type))]);
}
