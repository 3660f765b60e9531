using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

public sealed class NonParametricSoftmaxTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _memory = nn.functional.normalize(RandomTensors.Normal(1, [9, 4]), dim: 1);
    private readonly Tensor _features = RandomTensors.Normal(2, [3, 4]);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_WorkedExample_HasKnownValue()
    {
        var memory = tensor(new double[] { 1, 0, 0, 1, -1, 0, 0, -1 }, [4, 2]);
        TensorAssert.Close(NonParametricSoftmax.Loss(tensor(new[] { 0.6, 0.8 }, [1, 2]), memory, [0], temperature: 0.5), 0.9720480787, atol: 1e-9);
    }

    [Fact]
    public void Loss_Batch_IsThatOfTheProbabilities()
    {
        int[] indices = [7, 0, 7];
        var rows = Reference.Rows(_memory);
        var expected = Reference.Rows(_features).Select((row, b) =>
        {
            var norm = Math.Sqrt(row.Sum(value => value * value));
            var exponentials = rows.Select(other => Math.Exp(row.Zip(other, (x, y) => x * y).Sum() / norm / 0.2)).ToArray();
            return -Math.Log(exponentials[indices[b]] / exponentials.Sum());
        }).ToArray();
        TensorAssert.Close(NonParametricSoftmax.Loss(_features, _memory, indices, 0.2, nn.Reduction.None), expected, [3]);
        TensorAssert.Close(NonParametricSoftmax.Loss(_features, _memory, indices, 0.2), expected.Average());
        TensorAssert.Close(NonParametricSoftmax.Loss(_features, _memory, indices, 0.2, nn.Reduction.Sum), expected.Sum());
        TensorAssert.Same(NonParametricSoftmax.Loss(_features, _memory, indices), NonParametricSoftmax.Loss(_features, _memory, indices, 0.07));
    }

    [Fact]
    public void Loss_AllMemoriesAlike_IsLogOfTheirNumber() =>
        TensorAssert.Close(NonParametricSoftmax.Loss(_features, ones(50, 4, dtype: float64), [4, 5, 6]), Math.Log(50));

    [Fact]
    public void Loss_HalfPrecision_IsComputedInSingle()
    {
        var (features, memory) = (_features.to(bfloat16), _memory.to(float32));
        TensorAssert.Close(
            NonParametricSoftmax.Loss(features, memory, [1, 2, 3]), NonParametricSoftmax.Loss(features.to(float32), memory, [1, 2, 3]));
    }

    [Fact]
    public void Loss_Gradient_FlowsToTheFeaturesAlone()
    {
        Tensor[] features = [_features.clone().requires_grad_()];
        GradientCheck.Verify(x => NonParametricSoftmax.Loss(x[0], _memory, [7, 0, 7], 0.3), features);
        GradientCheck.Verify(x => ProximalRegularisation.Loss(x[0], _memory.narrow(0, 0, 3)), features);
        var memory = _memory.clone().requires_grad_();
        var loss = NonParametricSoftmax.Loss(features[0], memory, [7, 0, 7]).add(ProximalRegularisation.Loss(features[0], memory.narrow(0, 0, 3)));
        loss.backward();
        (memory.grad is null).Should().BeTrue();
    }

    [Fact]
    public void Accuracy_OwnRowNearest_Counts()
    {
        var features = _memory.index_select(0, tensor(new long[] { 3, 5, 8, 1 }));
        TensorAssert.Close(NonParametricSoftmax.Accuracy(features, _memory, [3, 5, 8, 1]), 1);
        TensorAssert.Close(NonParametricSoftmax.Accuracy(features, _memory, [3, 5, 8, 2]), 0.75);
    }

    [Fact]
    public void ProximalRegularisation_IsTheSquaredDistanceOnTheSphere()
    {
        var previous = _memory.narrow(0, 0, 3);
        var cosines = nn.functional.normalize(_features, dim: 1).mul(previous).sum(1L);
        TensorAssert.Close(ProximalRegularisation.Loss(_features, previous, nn.Reduction.None), cosines.neg().add(1).mul(2));
        TensorAssert.Close(ProximalRegularisation.Loss(previous.mul(5), previous), 0, atol: 1e-12);
        TensorAssert.Close(ProximalRegularisation.Loss(previous.neg(), previous), 4);
    }

    [Fact]
    public void Operations_LeaveOnlyTheirResult()
    {
        LeakCheck.OnlyResult(() => NonParametricSoftmax.Loss(_features, _memory, [1, 2, 3]), _features, _memory);
        LeakCheck.OnlyResult(() => NonParametricSoftmax.Accuracy(_features, _memory, [1, 2, 3]), _features, _memory);
        LeakCheck.OnlyResult(() => ProximalRegularisation.Loss(_features, _features), _features);
    }

    [Fact]
    public void BadInput_Throws()
    {
        FluentActions.Invoking(() => NonParametricSoftmax.Loss(_features, _memory, [1, 2, 9])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `indices` to be from 0 to 8, the memory's rows, but number 2 is 9.*");
        FluentActions.Invoking(() => NonParametricSoftmax.Loss(_features, _memory, [1, 2])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `indices` to be 3, one for each row of `features`, but got 2.");
        FluentActions.Invoking(() => NonParametricSoftmax.Loss(_features, ones(9, 5), [1, 2, 3])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `memory` to have 4 columns like `features`, but got [9, 5].");
        FluentActions.Invoking(() => NonParametricSoftmax.Loss(_features, _memory, [1, 2, 3], temperature: 0)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("temperature");
        FluentActions.Invoking(() => NonParametricSoftmax.Loss(_features, full([9, 4], double.NaN), [1, 2, 3])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `memory` to be finite*");
        FluentActions.Invoking(() => NonParametricSoftmax.Accuracy(_features, _memory, [1, 2, -1])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ProximalRegularisation.Loss(_features, _memory)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `previous` to have shape [3, 4] like `features`, but got [9, 4].");
        FluentActions.Invoking(() => ProximalRegularisation.Loss(_features, full([3, 4], double.NaN))).Should().Throw<ArgumentException>();
    }
}
