using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views;

/// <summary>An augmentation that gets an embedding space of its own: some operators of a pipeline, under one name.</summary>
/// <remarks>
/// They are shared or drawn anew together, whether each is applied included: jitter and grayscale are one augmentation, "colour". See
/// <see cref="ViewPlan.LeaveOneOut"/>.
/// </remarks>
public sealed record DesignatedAugmentation
{
    /// <summary>Names an augmentation.</summary>
    /// <param name="name">Its name, for metrics and tables; not empty.</param>
    /// <param name="places">The places of its operators in the pipeline, at least one, each once, from 0.</param>
    /// <param name="rejectCollisions">
    /// Whether it is drawn again in views that are not to share it, until it differs from the query's. Default: where all its operators are
    /// discrete (<see cref="ViewOperator.IsDiscrete"/>), such as a rotation by right angles; false is the literal rule.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or there is no place, or one twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A place is negative.</exception>
    /// <example><code>var color = new DesignatedAugmentation("colour", [1, 2]);</code></example>
    public DesignatedAugmentation(string name, IReadOnlyList<int> places, bool? rejectCollisions = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(places);
        if (places.Count == 0 || places.Distinct().Count() != places.Count)
        {
            throw new ArgumentException($"Expected `places` to be at least one, each once, but got [{string.Join(", ", places)}].", nameof(places));
        }

        foreach (var place in places)
        {
            ModuleGuard.AtLeast(place, 0, nameof(places));
        }

        (Name, Places, RejectCollisions) = (name, [.. places], rejectCollisions);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The places of its operators in the pipeline.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Whether it is drawn again where it came out as the query's; null for where it is discrete.</summary>
    public bool? RejectCollisions { get; }
}
