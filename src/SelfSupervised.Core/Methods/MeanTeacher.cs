using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>Mean teacher: a few labels, and for all images the agreement with a teacher that is the average of the student's past.</summary>
/// <remarks>
/// <code>L = (1/B)·Σ_labelled −log p_y(x₁) + w·exp(−5·(1 − t)²)·mean((p(x₁) − p'(x₂))²), t = min(step/T, 1)</code>
/// <para>
/// p is the student's softmax and p' the teacher's, each of a view of its own; the mean is over images and classes. Gradient flows into the
/// student only. The teacher's weights are θ' ← α·θ' + (1 − α)·θ after each of the optimiser's steps, and the teacher is what is kept. Outputs are
/// the logits of student and teacher. Metrics: "classification" and "consistency", the two terms without weight.
/// </para>
/// <para>
/// Tarvainen and Valpola, "Mean teachers are better role models", 2017 (arXiv:1703.01780); CuriousAI/mean-teacher, pytorch/main.py.
/// </para>
/// </remarks>
public sealed class MeanTeacher : SeparableMethod
{
    /// <summary>The label of an image without one.</summary>
    public const int Unlabelled = -1;

    // The fields' names begin the state's names.
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> classifier;
    private readonly MomentumEncoder teacherEncoder;
    private readonly MomentumEncoder teacherClassifier;
    private readonly int[] _labels;

    /// <summary>Composes the method, which then owns all its parts.</summary>
    /// <param name="encoder">Makes f, from views [B, C, H, W] to features; asked twice, for student and teacher.</param>
    /// <param name="classifier">Makes the layers from features to one logit per class, [B, classes]; asked twice.</param>
    /// <param name="views">Two views of one image: the student's and the teacher's.</param>
    /// <param name="labels">Each image's class by its index in the set, or <see cref="Unlabelled"/>.</param>
    /// <param name="options">The settings. Default: those of <see cref="MeanTeacherOptions"/>.</param>
    /// <param name="seed">What the views are drawn from. Default 0.</param>
    /// <exception cref="ArgumentException">The plan has not two views, or a factory's modules are one or differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is below <see cref="Unlabelled"/>.</exception>
    public MeanTeacher(
        Func<nn.Module<Tensor, Tensor>> encoder,
        Func<nn.Module<Tensor, Tensor>> classifier,
        IViews views,
        ReadOnlySpan<int> labels,
        MeanTeacherOptions? options = null,
        long seed = 0)
        : base(nameof(MeanTeacher))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(classifier);
        ViewGuard.Pair(views, nameof(views), "student's and teacher's");

        foreach (var label in labels)
        {
            ModuleGuard.AtLeast(label, Unlabelled, nameof(labels));
        }

        (Options, Views, Seed, _labels) = (options ?? new MeanTeacherOptions(), views, seed, labels.ToArray());
        var momentum = Options.Momentum ?? MomentumSchedule.RampUp(Options.RampUpSteps);
        (this.encoder, this.classifier) = (encoder(), classifier());
        teacherEncoder = new MomentumEncoder(this.encoder, encoder, momentum, Options.Buffers);
        teacherClassifier = new MomentumEncoder(this.classifier, classifier, momentum, Options.Buffers);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public MeanTeacherOptions Options { get; }

    /// <summary>The views: the student's and the teacher's.</summary>
    public IViews Views { get; }

    /// <summary>What the views are drawn from.</summary>
    public long Seed { get; }

    /// <summary>The teacher's encoder.</summary>
    public override nn.Module<Tensor, Tensor> Encoder => teacherEncoder.Module;

    /// <summary>The teacher's classifier.</summary>
    public nn.Module<Tensor, Tensor> Classifier => teacherClassifier.Module;

    /// <summary>The student's encoder, which is trained.</summary>
    public nn.Module<Tensor, Tensor> StudentEncoder => encoder;

    /// <summary>The student's classifier, which is trained.</summary>
    public nn.Module<Tensor, Tensor> StudentClassifier => classifier;

    /// <summary>The teacher follows.</summary>
    /// <param name="player">0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override void AfterStep(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        teacherEncoder.Update(encoder);
        teacherClassifier.Update(classifier);
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [encoder, classifier];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        using var scope = NewDisposeScope();
        var views = Views.Make(batch.Images, Seed, batch.Step, batch.Indices.Span, batch.Pass);
        var student = classifier.call(encoder.call(views[0]));
        Tensor[] all = trainedOnly ? [student] : [student, teacherClassifier.call(teacherEncoder.call(views[1]))];
        scope.MoveToOuter(all);
        return all;
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        var (student, teacher, labels) = (embeddings[0], embeddings[1], Labels(batch.Indices.Span));
        using var scope = NewDisposeScope();
        ModuleGuard.Embeddings(student, "the classifier's outputs", labels.Length, student.shape[^1]);
        if (labels.Max() >= student.shape[1])
        {
            throw new ArgumentException($"Expected the classifier to have an output for class {labels.Max()}, but it has {student.shape[1]}.");
        }

        using var share = (1.0 / labels.Length).ToScalar();
        using var weight = Weight.ToScalar();
        var targets = Places.Of(labels, student.device);
        var classification = nn.functional.cross_entropy(student, targets, ignore_index: Unlabelled, reduction: nn.Reduction.Sum).mul(share);
        var consistency = nn.functional.mse_loss(student.softmax(1), teacher.softmax(1));
        var metrics = batch.WithMetrics
            ? new Dictionary<string, Tensor> { ["classification"] = Kept(classification), ["consistency"] = Kept(consistency) }
            : [];
        return new MethodOutput(classification.add(consistency, weight).MoveToOuterDisposeScope(), [Kept(student), Kept(teacher)], metrics);

        static Tensor Kept(Tensor tensor) => tensor.detach().MoveToOuterDisposeScope();
    }

    // Counted by the teacher's updates, which are saved.
    private double Weight
    {
        get
        {
            var rest = Options.RampUpSteps == 0 ? 0 : 1 - Math.Min((double)teacherEncoder.Updates / Options.RampUpSteps, 1);
            return Options.ConsistencyWeight * Math.Exp(-5 * rest * rest);
        }
    }

    private int[] Labels(ReadOnlySpan<int> indices)
    {
        var labels = new int[indices.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            ViewGuard.Place(indices[i], _labels.Length, nameof(indices));
            labels[i] = _labels[indices[i]];
        }

        return labels;
    }
}
