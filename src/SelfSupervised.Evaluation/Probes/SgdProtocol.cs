using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>How <see cref="SgdProbe"/> trains: the linear-evaluation protocols of the literature.</summary>
/// <remarks>
/// Published protocols crop and flip the training images at random and compute the features anew in each epoch. Here the
/// features are given once, so that numbers are comparable with each other rather than with a paper's. Rates as high as 30
/// belong to features as they are: with standardised ones training diverges, and <see cref="SgdProbe"/> says so.
/// </remarks>
/// <example><code>var shorter = SgdProtocol.MoCo with { Epochs = 50, Milestones = [30, 40] };</code></example>
public sealed record SgdProtocol
{
    /// <summary>Rate 30, ×0.1 at epochs 60 and 80 of 100, batches of 256. He et al., 2020 (arXiv:1911.05722).</summary>
    public static SgdProtocol MoCo { get; } = new("MoCo", 30, 100, 256)
    {
        Schedule = ProbeSchedule.MultiStep,
        Milestones = [60, 80],
    };

    /// <summary>Rate 0.1·4096/256 = 1.6 with Nesterov, cosine, 90 epochs, batches of 4096. Chen et al., 2020 (arXiv:2002.05709), ImageNet.</summary>
    public static SgdProtocol SimClrImageNet { get; } = new("SimCLR, ImageNet", 1.6, 90, 4096)
    {
        Nesterov = true,
        Schedule = ProbeSchedule.Cosine,
    };

    /// <summary>Rate 0.1·512/256 = 0.2 with Nesterov, cosine, 100 epochs, batches of 512. google-research/simclr, CIFAR-10.</summary>
    public static SgdProtocol SimClrCifar { get; } = new("SimCLR, CIFAR-10", 0.2, 100, 512)
    {
        Nesterov = true,
        Schedule = ProbeSchedule.Cosine,
    };

    /// <summary>Rate 0.1, ×0.2 at epochs 30, 40 and 50 of 60, batches of 256. Tian et al., 2019 (arXiv:1906.05849), AlexNet.</summary>
    public static SgdProtocol CmcAlexNet { get; } = new("CMC, AlexNet", 0.1, 60, 256)
    {
        Schedule = ProbeSchedule.MultiStep,
        Milestones = [30, 40, 50],
        Factor = 0.2,
    };

    /// <summary>The same with rate 30, for residual networks (the released code takes 30 to 50, by their width).</summary>
    public static SgdProtocol CmcResNet { get; } = CmcAlexNet with { Name = "CMC, ResNet", LearningRate = 30 };

    /// <summary>Rate 0.01, ×0.1 at epochs 60 and 80 of 100, batches of 128; features before pooling. Tamkin et al., 2020 (arXiv:2010.07432).</summary>
    public static SgdProtocol Viewmaker { get; } = new("Viewmaker", 0.01, 100, 128)
    {
        Schedule = ProbeSchedule.MultiStep,
        Milestones = [60, 80],
    };

    /// <summary>Rate 30, ×0.1 at epochs 120 and 160 of 200, batches of 256. Xiao et al., 2020 (arXiv:2008.05659); some sets take 100 epochs.</summary>
    public static SgdProtocol LooC { get; } = new("LooC", 30, 200, 256)
    {
        Schedule = ProbeSchedule.MultiStep,
        Milestones = [120, 160],
    };

    /// <summary>Rate 0.1·2048/256 = 0.8, ×0.1 at epochs 480 and 500 of 520, batches of 2048. Kolesnikov et al., 2019 (arXiv:1901.09005).</summary>
    public static SgdProtocol Kolesnikov { get; } = new("Kolesnikov", 0.8, 520, 2048)
    {
        Schedule = ProbeSchedule.MultiStep,
        Milestones = [480, 500],
    };

    /// <summary>SGD with momentum 0.9 at a constant rate, without decay.</summary>
    /// <param name="name">What a report calls it.</param>
    /// <param name="learningRate">γ, finite and above 0.</param>
    /// <param name="epochs">At least 1.</param>
    /// <param name="batchSize">B, at least 1; the last batch of an epoch may be smaller.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SgdProtocol(string name, double learningRate, int epochs, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, LearningRate, Epochs, BatchSize) = (name, learningRate, epochs, batchSize);
    }

    /// <summary>What a report calls it.</summary>
    public string Name { get; init; }

    /// <summary>γ, the rate at the start; finite and above 0. It does not follow from <see cref="BatchSize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double LearningRate { get; init => field = Guard.Positive(value, nameof(LearningRate)); }

    /// <summary>How often the training set is gone through, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Epochs { get; init => field = Guard.AtLeast(value, 1, nameof(Epochs)); }

    /// <summary>B, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int BatchSize { get; init => field = Guard.AtLeast(value, 1, nameof(BatchSize)); }

    /// <summary>m, at least 0 and finite. Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Momentum { get; init => field = Guard.AtLeastZero(value, nameof(Momentum)); } = 0.9;

    /// <summary>Whether to look ahead along the momentum. Default no.</summary>
    public bool Nesterov { get; init; }

    /// <summary>λ, added to the gradient as λ·w, of weights and biases; finite and at least 0. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double WeightDecay { get; init => field = Guard.AtLeastZero(value, nameof(WeightDecay)); }

    /// <summary>How the rate falls. Default: not at all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of <see cref="ProbeSchedule"/>.</exception>
    public ProbeSchedule Schedule { get; init => field = Guard.Defined(value, nameof(Schedule)); }

    /// <summary>With <see cref="ProbeSchedule.MultiStep"/>, the epochs, counted from 0, that begin with the rate multiplied once more. Default: none.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IReadOnlyList<int> Milestones { get; init => field = value ?? throw new ArgumentNullException(nameof(Milestones)); } = [];

    /// <summary>What it is multiplied by; finite and above 0. Default 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Factor { get; init => field = Guard.Positive(value, nameof(Factor)); } = 0.1;

    /// <summary>The deviation of the initial weights, which are normal with mean 0; finite and at least 0. Default 0.01 (MoCo). Biases begin at 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double InitialDeviation { get; init => field = Guard.AtLeastZero(value, nameof(InitialDeviation)); } = 0.01;

    /// <summary>Whether each feature is brought to mean 0 and deviation 1 of the training set. Default no.</summary>
    public bool Standardise { get; init; }

    /// <summary>The rate of one step.</summary>
    internal double RateAt(int epoch, long step, long steps) => Schedule switch
    {
        ProbeSchedule.MultiStep => LearningRate * Math.Pow(Factor, Milestones.Count(milestone => milestone <= epoch)),
        ProbeSchedule.Cosine => LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / steps)),
        _ => LearningRate,
    };
}
