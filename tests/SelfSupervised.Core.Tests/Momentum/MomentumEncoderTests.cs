using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Momentum;

public sealed class MomentumEncoderTests
{
    [Fact]
    public void New_Copy_IsExactAndNeverLearns()
    {
        using var scope = NewDisposeScope();
        var online = Net(1);
        online.call(RandomTensors.Normal(1, [4, 3, 8, 8], float32)); // so that the statistics are not the fresh ones
        var keys = new MomentumEncoder(online, () => Net(2));
        foreach (var ((name, value), (otherName, other)) in keys.Module.state_dict().Zip(online.state_dict()))
        {
            name.Should().Be(otherName);
            TensorAssert.Same(value, other);
        }

        keys.parameters().Should().OnlyContain(one => !one.requires_grad);
        online.parameters().Should().OnlyContain(one => one.requires_grad);
        var output = keys.call(RandomTensors.Normal(2, [4, 3, 8, 8], float32).requires_grad_());
        output.requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Update_Schedule_IsAskedForEachUpdate()
    {
        using var scope = NewDisposeScope();
        var (online, asked) = (Linear(1), new List<long>());
        var keys = new MomentumEncoder(online, () => Linear(0), update =>
        {
            asked.Add(update);
            return update == 0 ? 0.5 : 1;
        });
        nn.init.constant_(online.weight!, 3);
        keys.Update(online);
        keys.Update(online);
        asked.Should().Equal(0, 1);
        keys.Updates.Should().Be(2);
        TensorAssert.Close(((TorchSharp.Modules.Linear)keys.Module).weight!, [2], [1, 1]);
    }

    [Fact]
    public void Update_AfterMovesAndOptimizerSteps_FollowsTheSameOriginal()
    {
        // Moving replaces parameters, stepping writes them: the update looks at what is there.
        using var scope = NewDisposeScope();
        var online = Linear(1);
        var keys = new MomentumEncoder(online, () => Linear(0), MomentumSchedule.Constant(0.5));
        online.to(float64);
        keys.to(float64);
        using var optimizer = optim.SGD(online.parameters(), 1);
        online.call(ones([1, 1], float64)).sum().backward();
        optimizer.step();
        keys.Update(online);
        TensorAssert.Close(((TorchSharp.Modules.Linear)keys.Module).weight!, [0.5], [1, 1]);
        keys.parameters().Should().OnlyContain(one => !one.requires_grad && one.dtype == ScalarType.Float64);
        keys.Updates.Should().Be(1);
    }

    [Fact]
    public void StateDict_SavedAndLoaded_GoesOnTheSame()
    {
        using var scope = NewDisposeScope();
        var online = Net(1);
        var keys = new MomentumEncoder(online, () => Net(2), MomentumSchedule.Cosine(0.5, 1, 4), BufferPolicy.Average);
        Disturb(online);
        keys.Update(online);
        using var file = new MemoryStream();
        keys.SaveSafetensors(file);
        file.Position = 0;
        var loaded = new MomentumEncoder(Net(3), () => Net(4), MomentumSchedule.Cosine(0.5, 1, 4), BufferPolicy.Average);
        loaded.LoadSafetensors(file);
        loaded.Updates.Should().Be(1);
        Disturb(online);
        keys.Update(online);
        loaded.Update(online);
        foreach (var (value, other) in loaded.state_dict().Values.Zip(keys.state_dict().Values))
        {
            TensorAssert.Same(value, other);
        }

        keys.state_dict().Keys.Should().Contain(["module.layer1.0.weight", "module.layer1.1.running_mean", "updates.value"]);
    }

    [Fact]
    public void Mode_IsTheModules()
    {
        using var scope = NewDisposeScope();
        var keys = new MomentumEncoder(Net(1), () => Net(2));
        var statistics = keys.Module.get_buffer("layer1.1.running_mean")!;
        keys.eval();
        _ = keys.call(RandomTensors.Normal(1, [4, 3, 8, 8], float32));
        TensorAssert.Close(statistics, [0, 0, 0, 0], [4]);
        keys.train();
        _ = keys.call(RandomTensors.Normal(1, [4, 3, 8, 8], float32));
        statistics.abs().sum().item<float>().Should().BeGreaterThan(0, "its own batch norm sees the keys' batches");
    }

    [Fact]
    public void Schedules_KnownSteps_GiveKnownNumbers()
    {
        MomentumSchedule.Constant(0.9)(1000).Should().Be(0.9);
        var cosine = MomentumSchedule.Cosine(0.996, 1, 100);
        (cosine(0), cosine(100), cosine(1000)).Should().Be((0.996, 1, 1));
        cosine(50).Should().BeApproximately(0.998, 1e-12);
        cosine(25).Should().BeApproximately(1 - (0.004 * 0.5 * (1 + Math.Sqrt(0.5))), 1e-12);
        var ramp = MomentumSchedule.RampUp(200);
        (ramp(0), ramp(1), ramp(3)).Should().Be((0, 0.5, 0.75));
        (ramp(199), ramp(200), ramp(5000)).Should().Be((0.99, 1 - (1 / 201.0), 0.999));
        FluentActions.Invoking(() => MomentumSchedule.Constant(-0.1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("momentum");
        FluentActions.Invoking(() => MomentumSchedule.Cosine(0.5, 1.1, 5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("last");
        FluentActions.Invoking(() => MomentumSchedule.Cosine(0.5, 1, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("updates");
        FluentActions.Invoking(() => MomentumSchedule.RampUp(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("updates");
    }

    [Fact]
    public void Lifetimes_AreItsOwn()
    {
        using var online = Net(1);
        MomentumEncoder keys;
        using (var scope = NewDisposeScope())
        {
            keys = new MomentumEncoder(online, () => Net(2));
            scope.DisposablesCount.Should().Be(0);
        }

        using var images = RandomTensors.Normal(1, [4, 3, 8, 8], float32);
        LeakCheck.NothingLeft(() => keys.Update(online));
        LeakCheck.OnlyResult(() => keys.call(images), images);
        LeakCheck.NothingLeft(() => new MomentumEncoder(online, () => Net(2)).Dispose());
        keys.Dispose();
        _ = online.call(images); // which is not the copy's to dispose
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var online = Net(1);
        FluentActions.Invoking(() => new MomentumEncoder(online, () => online)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `factory` to make a new module, but it gave the original.*");
        FluentActions.Invoking(() => new MomentumEncoder(online, () => null!)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new MomentumEncoder(online, () => new SmallConvNet(8))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `layer1.0.weight` to have shape [4, 3, 3, 3]*, but got [8, 3, 3, 3].");
        FluentActions.Invoking(() => new MomentumEncoder(online, () => nn.Flatten())).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new MomentumEncoder(null!, () => online)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new MomentumEncoder(online, () => Net(2), buffers: (BufferPolicy)9)).Should().Throw<ArgumentOutOfRangeException>();
        var keys = new MomentumEncoder(online, () => Net(2), _ => 2);
        keys.Invoking(one => one.Update(online)).Should().Throw<InvalidOperationException>().WithMessage("*it gave 2 at update 0.");
        keys.Updates.Should().Be(0);
    }

    private static void Disturb(SmallConvNet net)
    {
        using var noGradient = no_grad();
        foreach (var parameter in net.parameters())
        {
            parameter.add_(0.25);
        }
    }

    private static SmallConvNet Net(ulong seed)
    {
        using var generator = new Generator(seed);
        return new SmallConvNet(4, generator: generator);
    }

    private static TorchSharp.Modules.Linear Linear(double value)
    {
        var linear = nn.Linear(1, 1, hasBias: false);
        nn.init.constant_(linear.weight!, value);
        return linear;
    }
}
