using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views;

public sealed partial class ViewPlan
{
    // The views before that of the first augmentation: the query, and the key that shares nothing with it.
    private const int FirstSharing = 2;

    private readonly DesignatedAugmentation[] _designated = [];

    private ViewPlan(ViewPipeline pipeline, DesignatedAugmentation[] designated)
        : this([.. Enumerable.Repeat(pipeline, designated.Length + FirstSharing)]) => _designated = designated;

    /// <summary>T₁…Tₙ, the augmentations that <see cref="LeaveOneOut"/> was given; none in any other plan.</summary>
    public IReadOnlyList<DesignatedAugmentation> Designated => _designated;

    /// <summary>Leave-one-out views: a query, a key that shares nothing with it, and for each augmentation a key that shares that one alone.</summary>
    /// <remarks>
    /// <para>
    /// The views are q, k₀, k₁ … kₙ: n + 2. Key kᵢ has the query's draw of Tᵢ, whether it is applied included, and draws of its own of
    /// everything else, the other augmentations and the operators that are no augmentation's. The draw is the image's own: two images share
    /// nothing.
    /// </para>
    /// <para>
    /// A discrete augmentation drawn twice may come out the same, and kⱼ then shares what it is to be told apart by. With
    /// <see cref="DesignatedAugmentation.RejectCollisions"/> it is drawn again until it differs; a uniform distribution stays as it is by that,
    /// another one becomes flatter.
    /// </para>
    /// <para>Xiao et al., "What Should Not Be Contrastive in Contrastive Learning", 2021 (arXiv:2008.05659), which doesn't speak of collisions.</para>
    /// </remarks>
    /// <param name="pipeline">What makes every view.</param>
    /// <param name="designated">T₁…Tₙ, no place in two of them and no two of one name; none gives q and k₀, which are two views.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">There is no such operator, one is in two augmentations, or two have one name.</exception>
    /// <example><code>
    /// var plan = ViewPlan.LeaveOneOut(
    ///     ViewPresets.MoCoCifar(), new DesignatedAugmentation("flip", [1]), new DesignatedAugmentation("colour", [2, 3]));
    /// </code></example>
    public static ViewPlan LeaveOneOut(ViewPipeline pipeline, params IReadOnlyList<DesignatedAugmentation> designated)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(designated);
        var places = designated.SelectMany(one => one?.Places ?? throw new ArgumentException("Expected `designated` to hold no null.", nameof(designated))).ToArray();
        if (places.Any(place => place >= pipeline.Operators.Count) || places.Distinct().Count() != places.Length)
        {
            throw new ArgumentException(
                $"Expected `designated` to be places of the pipeline's {pipeline.Operators.Count} operators, each in one augmentation, but got [{string.Join(", ", places)}].",
                nameof(designated));
        }

        if (designated.DistinctBy(one => one.Name).Count() != designated.Count)
        {
            throw new ArgumentException(
                $"Expected `designated` to have names of their own, but got {string.Join(", ", designated.Select(one => one.Name))}.", nameof(designated));
        }

        return new ViewPlan(pipeline, [.. designated]);
    }

    /// <summary>The view that an operator of a view is drawn for: the record of what is shared.</summary>
    /// <param name="view">The view, from 0.</param>
    /// <param name="place">The operator's place in its pipeline.</param>
    /// <returns>0, the first view, where it shares that view's draw; otherwise <paramref name="view"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such view or operator.</exception>
    public int DrawnFor(int view, int place)
    {
        ViewGuard.Place(view, Count, nameof(view));
        ViewGuard.Place(place, Pipelines[view].Operators.Count, nameof(place));
        return _shared.Contains(place) || (Shares(view) is { } augmentation && augmentation.Places.Contains(place)) ? 0 : view;
    }

    private DesignatedAugmentation? Shares(int view) => view >= FirstSharing && _designated.Length > 0 ? _designated[view - FirstSharing] : null;

    private void RejectCollisions(long seed, int step, ReadOnlySpan<int> indices, ViewDraw[] draws)
    {
        foreach (var augmentation in _designated.Where(Rejects))
        {
            for (var view = 1; view < draws.Length; view++)
            {
                if (Shares(view) != augmentation)
                {
                    CollisionRejection.Apply(new ViewKey(seed, step, view), indices, draws[view], draws[0], augmentation);
                }
            }
        }
    }

    private bool Rejects(DesignatedAugmentation augmentation) =>
        augmentation.RejectCollisions ?? augmentation.Places.All(place => Pipelines[0].Operators[place].IsDiscrete);
}
