using Samples;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;
using SelfSupervised.Training.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace ViewmakerSample;

/// <summary>One way of learning: from learned views, expert ones, both or none. Encoder, head, loss and steps are the same for all.</summary>
internal sealed record Arm(string Name, PretrainingMethod Method) : IDisposable
{
    private const double Temperature = 0.2;

    public AdversarialViews? Game => Method as AdversarialViews;

    public TrainingResult? Result { get; private set; }

    /// <summary>The views of some images over the run.</summary>
    public Snapshots? Views { get; private set; }

    public static List<Arm> All(SampleOptions options, SampleData data)
    {
        var expert = ViewPlan.TwoViews(data.View);
        var arms = new List<Arm> { new("learned views", Adversary(before: null)) };
        if (data.View.Operators.Count > 0)
        {
            arms.Add(new("expert views", SimClr(expert)));
            arms.Add(new("both", Adversary(expert)));
        }

        arms.Add(new("no views", SimClr(ViewPlan.TwoViews(new ViewPipeline()))));
        return arms;

        AdversarialViews Adversary(ViewPlan? before) => new(new LearnedViews(Viewmaker(options, data), 2, before), SimClr);

        SimClr SimClr(IViews views)
        {
            using var weights = new Generator((ulong)options.Seed + 1);
            var encoder = data.NewEncoder(options.Seed);
            return new SimClr(encoder, ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 128, weights), views, Temperature, options.Seed);
        }
    }

    public TrainingResult Pretrain(SampleOptions options, SampleData data, CancellationToken stop)
    {
        Views = Game is null ? null : new Snapshots(Game, data, options);
        var folder = Path.Combine(options.Output, Name.Replace(' ', '-'));
        Result = SampleRun.Pretrain(options, data, Method, folder, Views is null ? [] : [Views], stop);
        return Result;
    }

    /// <summary>What a probe reads that was trained on the viewmaker's views, as the paper does, and is tested on images.</summary>
    public Representation ProbedOnViews(SampleOptions options, SampleData data)
    {
        manual_seed(options.Seed); // of the views' noise
        var result = Representation.Of(
            $"{Name}, probe trained on views", Method.Encoder, data, options.Device, options.Seed, Game!.Viewmaker);
        Display.Show(result);
        return result;
    }

    public void Dispose() => Method.Dispose();

    // A quarter of the published width: on a CPU the viewmaker is most of the work.
    private static ViewmakerNetwork Viewmaker(SampleOptions options, SampleData data)
    {
        using var weights = new Generator((ulong)options.Seed + 2);
        return new ViewmakerNetwork(
            new ViewmakerOptions
            {
                Channels = data.Train.Shape.Channels,
                BaseWidth = 8,
                Budget = PerturbationBudget.L1(0.05),
                Clamp = options.Data != "sensors",
                CheckValues = false,
            },
            weights);
    }
}
