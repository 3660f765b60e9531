using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Pretraining;
using TorchSharp.Modules;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>A parameter that a step's loss does not reach.</summary>
public sealed class UnusedParameterTests : IDisposable
{
    private const int Steps = 6;
    private readonly string _folder = Directory.CreateTempSubdirectory("unused-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_ParameterUnusedInAStep_StaysInThatStep()
    {
        using var method = new NowAndThen();
        var after = new List<float>();
        Run(method, new PretrainerOptions { Steps = Steps, ReportEvery = 1 }, new Recorder(_ => after.Add(method.Value)));
        for (var step = 1; step < Steps; step += 2)
        {
            after[step].Should().Be(after[step - 1]);
        }

        after[4].Should().NotBe(after[2]);
    }

    [Fact]
    public void Run_StoppedBeforeAStepThatLeavesAParameterOut_GoesOnToTheSameBits()
    {
        using var straight = new NowAndThen();
        Run(straight, new PretrainerOptions { Steps = Steps });
        var options = new PretrainerOptions { Steps = Steps, CheckpointFolder = _folder };
        using (var first = new NowAndThen())
        {
            using var stop = new CancellationTokenSource();
            Run(first, options with { ReportEvery = 1 }, new Recorder(report => StopAt(report.Step, stop)), stop.Token).Steps.Should().Be(3);
        }

        using var second = new NowAndThen();
        Run(second, options);
        second.Value.Should().Be(straight.Value);

        static void StopAt(int step, CancellationTokenSource stop)
        {
            if (step == 3)
            {
                stop.Cancel();
            }
        }
    }

    private static TrainingResult Run(NowAndThen method, PretrainerOptions options, Recorder? recorder = null, CancellationToken stop = default)
    {
        using var optimizer = optim.SGD(method.parameters(), 0.1, momentum: 0.9, weight_decay: 0.1);
        return new Pretrainer(method, new ToySource(), optimizer, LearningRate.Constant(0.1), options, recorder is null ? [] : [recorder]).Run(stop);
    }

    /// <summary>One number is in every loss, the other in that of every second batch.</summary>
    private sealed class NowAndThen : PretrainingMethod
    {
        private readonly Parameter always = new(ones(1));
        private readonly Parameter sometimes = new(ones(1));

        public NowAndThen()
            : base(nameof(NowAndThen)) => RegisterComponents();

        public override nn.Module<Tensor, Tensor> Encoder => throw new NotSupportedException();

        public float Value => sometimes.detach().item<float>();

        public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
        {
            var loss = batch.Step % 2 == 0 ? always.sum().add(sometimes.sum()) : always.sum();
            return new MethodOutput(loss, [batch.Images.view(-1, 2).alias()], new Dictionary<string, Tensor>());
        }
    }
}
