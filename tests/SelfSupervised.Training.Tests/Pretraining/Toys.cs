using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>A method whose gradient is known: its loss is the mean of (w·x − 1)² over the batch, with dropout's randomness if asked for.</summary>
internal sealed class Toy : PretrainingMethod
{
    private readonly TorchSharp.Modules.Linear layer;
    private readonly double _dropout;

    public Toy(double dropout = 0, int outputs = 3)
        : base(nameof(Toy))
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        layer = nn.Linear(2, outputs, hasBias: false);
        layer.weight.copy_(tensor(new[] { 0.5f, -0.25f, 0.125f, 1, 0.75f, -0.5f, 0.3f, 0.2f }[..(2 * outputs)], [outputs, 2]));
        _dropout = dropout;
        RegisterComponents();
    }

    public override nn.Module<Tensor, Tensor> Encoder => layer;

    public List<int> Steps { get; } = [];

    public int StepsDone { get; private set; }

    /// <summary>The step from which on the loss is NaN.</summary>
    public int Broken { get; init; } = int.MaxValue;

    /// <summary>The step from which on it throws.</summary>
    public int Failing { get; init; } = int.MaxValue;

    /// <summary>Whether all embeddings are alike.</summary>
    public bool Collapsed { get; init; }

    public Tensor Weight => layer.weight;

    public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
    {
        Steps.Add(batch.Step);
        if (batch.Step >= Failing)
        {
            throw new InvalidOperationException("It was to fail.");
        }

        using var scope = NewDisposeScope();
        var x = layer.call(nn.functional.dropout(batch.Images.view(-1, 2), _dropout, training: true));
        var loss = x.sub(1).square().mean().mul(batch.Step >= Broken ? double.NaN : 1);
        var embeddings = Collapsed ? ones_like(x) : x.detach();
        return new MethodOutput(
            loss.MoveToOuterDisposeScope(),
            [embeddings.alias().MoveToOuterDisposeScope()],
            batch.WithMetrics ? new Dictionary<string, Tensor> { ["norm"] = x.detach().norm().MoveToOuterDisposeScope() } : []);
    }

    public override void AfterStep(int player = 0) => StepsDone++;
}

/// <summary>Two players, each with one number: the one's loss is minus its number, the other's its number.</summary>
internal sealed class Duel : PretrainingMethod
{
    private readonly TorchSharp.Modules.Parameter up = new(zeros(1));
    private readonly TorchSharp.Modules.Parameter down = new(zeros(1));

    public Duel()
        : base(nameof(Duel)) => RegisterComponents();

    public override IReadOnlyList<string> Players { get; } = ["up", "down"];

    public override nn.Module<Tensor, Tensor> Encoder => throw new NotSupportedException();

    public Tensor Up => up;

    public Tensor Down => down;

    public List<(int Player, int Batch, int Pass)> Turns { get; } = [];

    public List<int> Done { get; } = [];

    public override IEnumerable<(string Name, TorchSharp.Modules.Parameter Parameter)> TrainedParameters(int player = 0) =>
        [player == 0 ? ("up", up) : ("down", down)];

    public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
    {
        Turns.Add((player, batch.Step, batch.Pass));
        var loss = player == 0 ? up.sum().neg() : down.sum();
        return new MethodOutput(loss, [batch.Images.view(-1, 2).alias()], new Dictionary<string, Tensor>());
    }

    public override void AfterStep(int player = 0) => Done.Add(player);
}

/// <summary>Batches that follow from epoch and number.</summary>
internal sealed class ToySource(int batches = 4, int images = 5) : IPretrainingSource
{
    public int BatchesPerEpoch => batches;

    public static Tensor Images(int epoch, int batch, int images) => RandomTensors.Normal((epoch * 100) + batch, [images, 2, 1, 1], float32);

    public IEnumerable<PretrainingBatch> Epoch(int epoch, int firstBatch = 0)
    {
        for (var batch = firstBatch; batch < batches; batch++)
        {
            yield return new PretrainingBatch(Images(epoch, batch, images), Enumerable.Range(0, images).ToArray());
        }
    }
}

/// <summary>Keeps what it is told, and can act on it.</summary>
internal sealed class Recorder(Action<TrainingReport>? onReport = null) : ITrainingObserver
{
    public List<TrainingReport> Reports { get; } = [];

    public List<TrainingEvent> Events { get; } = [];

    public void OnReport(TrainingReport report)
    {
        Reports.Add(report);
        onReport?.Invoke(report);
    }

    public void OnEvent(TrainingEvent happening) => Events.Add(happening);
}
