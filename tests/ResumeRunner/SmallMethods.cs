using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ResumeRunner;

/// <summary>Every method, small, by name.</summary>
internal static class SmallMethods
{
    // The dropout takes libtorch's own random numbers, which a checkpoint has to bring back.
    public static PretrainingMethod Of(string name, int images)
    {
        using var weights = new Generator(2);
        var views = ViewPlan.TwoViews(ViewPresets.SimClrCifar());
        return name switch
        {
            "SimClr" => new SimClr(Encoder(), nn.Sequential(nn.Dropout(0.3), ProjectionHead.SimClrV1Code(16, 8, weights)), views, seed: 5),
            "MoCo" => new MoCo(
                () => Encoder(splits: 2),
                () => nn.Sequential(nn.Dropout(0.3), ProjectionHead.MoCoV2(16, 8, weights)),
                views,
                // The queue holds no whole number of batches, and the steps fill it more than once.
                new MoCoOptions
                {
                    QueueCapacity = 1003,
                    Dimension = 8,
                    Momentum = MomentumSchedule.Cosine(0.5, 1, 30),
                    Symmetric = true,
                    ShuffleKeys = true,
                    ExcludeSameImage = true,
                },
                seed: 5),
            "LooC" => new LooC(
                () => Encoder(splits: 2), () => nn.Sequential(nn.Dropout(0.3), ProjectionHead.MoCoV2(16, 8, weights)), LeaveOneOut(), LooC(QueueContents.AllViews), seed: 5),
            "LooCPlusPlus" => new LooC(Branching, () => nn.Sequential(nn.Dropout(0.3), ProjectionHead.MoCoV2(16, 8, weights)), LeaveOneOut(), LooC(QueueContents.OwnView), seed: 5),
            "MoCoPlusPlus" => new MoCoPlusPlus(
                Branching, () => nn.Sequential(nn.Dropout(0.3), ProjectionHead.MoCoV2(16, 8, weights)), views, LooC(QueueContents.AllViews).MoCo, seed: 5),
            "InstanceDiscrimination" => new InstanceDiscrimination(
                Encoder(),
                nn.Sequential(nn.Dropout(0.3), ProjectionHead.Linear(16, 8, weights)),
                new ViewPlan([ViewPresets.SimClrCifar()]),
                new MemoryBank(images, 8, seed: 5),
                new InstanceDiscriminationOptions { Temperature = 0.2, Negatives = 30, ProximalWeight = 0.1, Seed = 5 }),
            "AdversarialViews" => new AdversarialViews(
                new LearnedViews(
                    new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 2, ResidualBlocks = 1 }, weights), 2, views, new ViewPipeline(Normalize.Cifar10)),
                made => new MoCo(() => Encoder(), () => ProjectionHead.MoCoV2(16, 8, weights), made, new MoCoOptions { QueueCapacity = 50, Dimension = 8 }, seed: 5)),
            "MeanTeacher" => new MeanTeacher(
                () => Encoder(),
                () => nn.Sequential(nn.Dropout(0.3), nn.Linear(16, 3)),
                views,
                [.. Enumerable.Range(0, images).Select(i => i % 5 == 0 ? i % 3 : MeanTeacher.Unlabelled)],
                new MeanTeacherOptions { RampUpSteps = 20, Buffers = BufferPolicy.Average },
                seed: 5),
            _ => throw new ArgumentException($"There is no method {name}."),
        };

        SmallConvNet Encoder(int splits = 1) => new(baseWidth: 4, generator: weights, batchNormSplits: splits);

        BranchingEncoder Branching() => BranchingEncoder.OfSmallConvNet(branches: 3, baseWidth: 4, generator: weights, batchNormSplits: 2);
    }

    private static ViewPlan LeaveOneOut()
    {
        var views = LooCViews.Cifar(new RightAngleRotation(), new FourierAmplitudeSwap());
        return ViewPlan.LeaveOneOut(views.Pipeline, views.Color, views.Rotation);
    }

    // Queues that hold no whole number of batches, and that the steps fill more than once.
    private static LooCOptions LooC(QueueContents queues) => new()
    {
        MoCo = new() { QueueCapacity = 331, Dimension = 8, Momentum = MomentumSchedule.Cosine(0.5, 1, 30), ShuffleKeys = true, ExcludeSameImage = true },
        Queues = queues,
    };
}
