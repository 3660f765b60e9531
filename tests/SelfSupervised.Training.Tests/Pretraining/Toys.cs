using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>A method whose gradient is known: its loss is the mean of (w·x − 1)² over the batch, with dropout's randomness if asked for.</summary>
internal sealed class Toy : PretrainingMethod
{
    private readonly TorchSharp.Modules.Linear layer = nn.Linear(2, 3, hasBias: false);
    private readonly double _dropout;

    public Toy(double dropout = 0)
        : base(nameof(Toy))
    {
        using var noGradient = no_grad();
        layer.weight.copy_(tensor(new[] { 0.5f, -0.25f, 0.125f, 1, 0.75f, -0.5f }, [3, 2]));
        _dropout = dropout;
        RegisterComponents();
    }

    public override nn.Module<Tensor, Tensor> Encoder => layer;

    public List<int> Steps { get; } = [];

    public int StepsDone { get; private set; }

    /// <summary>The step from which on the loss is NaN.</summary>
    public int Broken { get; init; } = int.MaxValue;

    /// <summary>Whether all embeddings are alike.</summary>
    public bool Collapsed { get; init; }

    public Tensor Weight => layer.weight;

    public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
    {
        Steps.Add(batch.Step);
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
