using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>A game of two: a method learns from views that a viewmaker makes, and the viewmaker learns to make the method's loss larger.</summary>
/// <remarks>
/// <para>
/// min over the encoder and max over the viewmaker of one loss L, that of any method. Each step has two turns on the same batch, each with
/// a forward pass and noise of its own: in the first the method's parameters get the gradient of L, in the second the viewmaker's that of −w·L,
/// with the method as the first turn left it. In neither turn does the other player's parameter have a gradient. Batch norm sees both turns, so its
/// running statistics move twice a step.
/// </para>
/// <para>
/// How often each player is updated, and whether the viewmaker stops learning before the end, its optimiser's <c>PlayerOptimizer</c> says.
/// With <c>gradientReversal</c> both learn from one pass, in one turn and with one optimiser; that is cheaper, and not what was published.
/// </para>
/// <para>
/// After each turn the method does what it does after a step: a memory bank takes in the views of both, as in the released code.
/// </para>
/// <para>
/// Tamkin, Wu and Goodman, "Viewmaker Networks: Learning Views for Unsupervised Representation Learning", ICLR 2021 (arXiv:2010.07432);
/// alextamkin/viewmaker, src/systems/image_systems.py: the encoder by SGD at 0.03, momentum 0.9, decay 1e-4; the viewmaker by Adam at
/// 0.001; τ = 0.07, batches of 256, 200 epochs, a budget of 0.05. Gradient reversal: Ganin and Lempitsky, 2015 (arXiv:1409.7495).
/// </para>
/// </remarks>
public sealed class AdversarialViews : SeparableMethod
{
    // As many are enough for means, and are always room for: of a large batch only a part may be embedded at a time.
    private const int MostForHealth = 128;

    // The fields' names begin the names in the state.
    private readonly PretrainingMethod method;
    private readonly ViewmakerNetwork viewmaker;

    /// <summary>Composes the game, which then owns method and viewmaker.</summary>
    /// <param name="views">The views, with the viewmaker in them.</param>
    /// <param name="method">Makes the method that learns from those views, of one player.</param>
    /// <param name="weight">w, finite and above 0. Default 1.</param>
    /// <param name="gradientReversal">Whether both learn from one pass. Default no.</param>
    /// <exception cref="ArgumentException">The method has more than one player.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The weight is out of range.</exception>
    /// <example><code>
    /// using var game = new AdversarialViews(
    ///     new LearnedViews(viewmaker, after: new ViewPipeline(Normalize.Cifar10)), views => new SimClr(encoder, head, views, temperature: 0.07));
    /// </code></example>
    public AdversarialViews(LearnedViews views, Func<IViews, PretrainingMethod> method, double weight = 1, bool gradientReversal = false)
        : base(nameof(AdversarialViews))
    {
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(method);
        Guard.Positive(weight, nameof(weight));
        (Views, Weight, GradientReversal, viewmaker) = (views, weight, gradientReversal, views.Viewmaker);
        this.method = method(gradientReversal ? new ReversedViews(views, weight) : views);
        ArgumentNullException.ThrowIfNull(this.method, nameof(method));
        if (this.method.Players.Count != 1)
        {
            throw new ArgumentException($"Expected `method` to make a method of one player, but it has {this.method.Players.Count}.", nameof(method));
        }

        Players = gradientReversal ? ["encoder and viewmaker"] : ["encoder", "viewmaker"];
        RegisterComponents();
    }

    /// <summary>The encoder's side, and the viewmaker; with gradient reversal one player for both.</summary>
    public override IReadOnlyList<string> Players { get; }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => method.Encoder;

    /// <summary>The method that learns from the views.</summary>
    public PretrainingMethod Method => method;

    /// <summary>The network that makes them.</summary>
    public ViewmakerNetwork Viewmaker => viewmaker;

    /// <summary>The views.</summary>
    public LearnedViews Views { get; }

    /// <summary>w, what the viewmaker's loss is weighted by.</summary>
    public double Weight { get; }

    /// <summary>Whether both learn from one pass.</summary>
    public bool GradientReversal { get; }

    /// <summary>Whether the method is: each player's gradient flows through parts of the views as through all of them.</summary>
    public override bool IsSeparable => method is SeparableMethod { IsSeparable: true };

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override IEnumerable<(string Name, Parameter Parameter)> TrainedParameters(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        var ofMethod = method.TrainedParameters().Select(entry => ($"{nameof(method)}.{entry.Name}", entry.Parameter));
        var ofViewmaker = viewmaker.named_parameters().Select(entry => ($"{nameof(viewmaker)}.{entry.name}", entry.parameter));
        return GradientReversal ? ofMethod.Concat(ofViewmaker) : player == 0 ? ofMethod : ofViewmaker;
    }

    /// <summary>
    /// A player's loss: L, or −w·L for the viewmaker. Metrics of the first player: the method's own, and the viewmaker's health, "budget spent",
    /// "distortion", "clamped" and "diversity", on the batch's first 128 images.
    /// </summary>
    /// <param name="batch">As the method takes it. <see cref="PretrainingBatch.Pass"/> counts the noise: each turn is to have another.</param>
    /// <param name="player">0, or 1 for the viewmaker.</param>
    /// <returns>The loss, and the method's embeddings. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not what the method or the viewmaker take.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player, or as the method.</exception>
    /// <exception cref="InvalidOperationException">The method's loss doesn't depend on the views: they are not those that it was given.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ViewGuard.Place(player, Players.Count, nameof(player));
        using var still = Still(player);
        return Turn(method.Compute(batch), batch, player);
    }

    /// <summary>What the method does after a step.</summary>
    /// <param name="player">The player whose turn it was.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override void AfterStep(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        method.AfterStep();
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [viewmaker, .. Separable.ReplayedModules];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        using var still = Still(player);
        return Separable.Embed(batch, 0, trainedOnly);
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        using var still = Still(player);
        return Turn(Separable.Compare(embeddings, batch, 0), batch, player);
    }

    private SeparableMethod Separable => (SeparableMethod)method;

    // In a turn the other player's parameters have no gradient.
    private Frozen Still(int player) => new(
        GradientReversal ? [] : player == 1 ? method.TrainedParameters().Select(entry => entry.Parameter) : viewmaker.parameters());

    // What the method computed, as the player has it.
    private MethodOutput Turn(MethodOutput output, PretrainingBatch batch, int player)
    {
        if (player == 0)
        {
            return WithHealth(output, batch);
        }

        using var scope = NewDisposeScope();
        using var negative = (-Weight).ToScalar();
        using var loss = output.Loss;
        if (is_grad_enabled() && !loss.requires_grad)
        {
            output.Dispose();
            throw new InvalidOperationException("Expected the method's loss to depend on the viewmaker's views, but it doesn't: give the method the views that it is offered.");
        }

        return output with { Loss = loss.mul(negative).MoveToOuterDisposeScope() };
    }

    private MethodOutput WithHealth(MethodOutput output, PretrainingBatch batch)
    {
        if (!batch.WithMetrics)
        {
            return output;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = Math.Min(batch.Indices.Length, MostForHealth);
        var inputs = new LearnedViews(viewmaker, 1).Inputs(batch.Images.narrow(0, 0, images), seed: 0, batch.Step, batch.Indices.Span[..images]);
        var health = ViewmakerHealth.Measure(viewmaker, inputs, batch.Step);
        var metrics = new Dictionary<string, Tensor>(output.Metrics);
        foreach (var (name, value) in new[]
        {
            ("budget spent", health.BudgetSpent), ("distortion", health.Distortion), ("clamped", health.Clamped), ("diversity", health.Diversity),
        })
        {
            metrics[name] = tensor((float)value).MoveToOuterDisposeScope();
        }

        return output with { Metrics = metrics };
    }
}
