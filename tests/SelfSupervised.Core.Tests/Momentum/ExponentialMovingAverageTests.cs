using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Momentum;

namespace SelfSupervised.Core.Tests.Momentum;

public sealed class ExponentialMovingAverageTests
{
    [Theory]
    [InlineData(0.999, 0.001)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(0.25, 0.75)]
    public void Update_FromZeroToOne_GivesOneMinusMomentum(double momentum, double expected)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16 })
        {
            var (average, online) = (Linear(0, type), Linear(1, type));
            ExponentialMovingAverage.Update(average, online, momentum);
            TensorAssert.Close(average.weight!, [.. Enumerable.Repeat(expected, 6)], [2, 3]);
            TensorAssert.Close(average.bias!, [expected, expected], [2]);
            TensorAssert.Close(online.weight!, [.. Enumerable.Repeat(1.0, 6)], [2, 3]);
        }
    }

    [Fact]
    public void Update_ConstantOnline_ConvergesGeometrically()
    {
        using var scope = NewDisposeScope();
        var (average, online) = (Linear(0, float64), Linear(1, float64));
        for (var i = 0; i < 50; i++)
        {
            ExponentialMovingAverage.Update(average, online, 0.9);
        }

        TensorAssert.Close(average.bias!, [1 - Math.Pow(0.9, 50), 1 - Math.Pow(0.9, 50)], [2], atol: 1e-12);
    }

    [Fact]
    public void Update_RandomWeights_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        var (average, online) = (Net(1), Net(2));
        var expected = average.parameters().Select(TensorAssert.Values).ToArray();
        for (var i = 0; i < 5; i++)
        {
            var momentum = random.NextDouble();
            ExponentialMovingAverage.Update(average, online, momentum);
            foreach (var (old, fresh) in expected.Zip(online.parameters().Select(TensorAssert.Values)))
            {
                for (var k = 0; k < old.Length; k++)
                {
                    old[k] = (momentum * old[k]) + ((1 - momentum) * fresh[k]);
                }
            }
        }

        foreach (var (parameter, values) in average.parameters().Zip(expected))
        {
            TensorAssert.Close(parameter, values, parameter.shape);
        }
    }

    [Fact]
    public void Update_NotContiguous_IsTheFormulaToo()
    {
        using var scope = NewDisposeScope();
        var (average, online) = (Linear(0, float32), Linear(0, float32));
        online.weight = new TorchSharp.Modules.Parameter(arange(6, float32).view(3, 2).t());
        ExponentialMovingAverage.Update(average, online, 0.5);
        TensorAssert.Close(average.weight!, [0, 1, 2, 0.5, 1.5, 2.5], [2, 3]);
    }

    [Theory]
    [InlineData(BufferPolicy.Own, 0, 0)]
    [InlineData(BufferPolicy.Copy, 8, 3)]
    [InlineData(BufferPolicy.Average, 2, 3)]
    public void Update_BufferPolicy_DecidesOnStatistics(BufferPolicy policy, double mean, double batches)
    {
        using var scope = NewDisposeScope();
        var (average, online) = (nn.BatchNorm1d(2), nn.BatchNorm1d(2));
        online.running_mean!.fill_(8);
        online.num_batches_tracked!.fill_(3);
        ExponentialMovingAverage.Update(average, online, 0.75, policy);
        TensorAssert.Close(average.running_mean!, [mean, mean], [2]);
        TensorAssert.Close(average.num_batches_tracked!, batches);
    }

    [Fact]
    public void Update_Lifetimes_LeavesNothing()
    {
        using var average = Net(1);
        using var online = Net(2);
        var parameters = average.parameters().ToArray();
        LeakCheck.NothingLeft(() => ExponentialMovingAverage.Update(average, online, 0.9, BufferPolicy.Average), parameters);
        average.parameters().Should().Equal(parameters, "they are written in place");
        average.parameters().Should().OnlyContain(one => one.requires_grad);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var net = Linear(0, float32);
        var before = TensorAssert.Values(net.weight!);
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, net, 0.9)).Should().ThrowExactly<ArgumentException>().WithMessage("*two modules, but they are one*");
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, Linear(1, float32), 1.5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("momentum");
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, Linear(1, float32), double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, Linear(1, float32), 0.9, (BufferPolicy)5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("buffers");
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, Linear(1, float64), 0.9)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `weight` to be Float64 like `online`'s, but got Float32.*");
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, nn.Linear(2, 2), 0.9)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `weight` to have shape [2, 2]*, but got [2, 3].");
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, nn.Linear(3, 2, hasBias: false), 0.9)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ExponentialMovingAverage.Update(net, nn.Sequential(nn.Linear(3, 2)), 0.9)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `average` to have `0.weight` like `online`, but it has `weight` there.*");
        FluentActions.Invoking(() => ExponentialMovingAverage.Copy(net, net)).Should().ThrowExactly<ArgumentException>();
        TensorAssert.Values(net.weight!).Should().Equal(before, "what is refused is refused whole");
    }

    private static SmallConvNet Net(ulong seed)
    {
        using var generator = new Generator(seed);
        return new SmallConvNet(4, generator: generator);
    }

    private static TorchSharp.Modules.Linear Linear(double value, ScalarType type)
    {
        var linear = nn.Linear(3, 2);
        nn.init.constant_(linear.weight!, value);
        nn.init.constant_(linear.bias!, value);
        return linear.to(type);
    }
}
