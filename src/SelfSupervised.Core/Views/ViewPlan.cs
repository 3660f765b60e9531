using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Which views of a batch a method asks for: a pipeline for each, and which draws they share.</summary>
/// <remarks>
/// View v of an image is drawn with the key (seed, step, v). An operator that views share is drawn for the first of them: its
/// parameters are then the same in all. Plans are immutable.
/// </remarks>
public sealed partial class ViewPlan : IViews
{
    private readonly IReadOnlyList<int> _shared;

    /// <summary>Creates a plan.</summary>
    /// <param name="pipelines">One per view, at least one.</param>
    /// <param name="shared">
    /// Places of operators that all views share; each pipeline has the same operator there, and at every place before, so that
    /// what is drawn fits the images that it is applied to. Default: none.
    /// </param>
    /// <exception cref="ArgumentException">There is no pipeline, one is null, or a shared operator is not the same everywhere.</exception>
    public ViewPlan(IReadOnlyList<ViewPipeline> pipelines, IReadOnlyList<int>? shared = null)
    {
        ArgumentNullException.ThrowIfNull(pipelines);
        if (pipelines.Count == 0 || pipelines.Contains(null!))
        {
            throw new ArgumentException("Expected `pipelines` to hold at least one pipeline and no null.", nameof(pipelines));
        }

        (Pipelines, _shared) = ([.. pipelines], [.. shared ?? []]);
        foreach (var place in _shared)
        {
            if (place < 0 || Pipelines.Any(one => !one.Operators.Take(place + 1).SequenceEqual(Pipelines[0].Operators.Take(place + 1)))
                || place >= Pipelines[0].Operators.Count)
            {
                throw new ArgumentException(
                    $"Expected every pipeline to have the same operators up to the shared place {place}, but they differ or end before.", nameof(shared));
            }
        }
    }

    /// <summary>The pipelines, one per view.</summary>
    public IReadOnlyList<ViewPipeline> Pipelines { get; }

    /// <summary>V, the number of views of each image.</summary>
    public int Count => Pipelines.Count;

    /// <summary>The places of the operators that all views share.</summary>
    public IReadOnlyList<int> Shared => _shared;

    /// <summary>Two views from one pipeline: SimCLR's and MoCo's.</summary>
    /// <param name="pipeline">What makes either view.</param>
    /// <param name="shared">As in the constructor: what is drawn once for both. Default: nothing.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">There is no such operator.</exception>
    public static ViewPlan TwoViews(ViewPipeline pipeline, IReadOnlyList<int>? shared = null) => Repeated(pipeline, 2, shared);

    /// <summary>Several views from one pipeline. With no operator in it the image itself is repeated.</summary>
    /// <param name="pipeline">What makes every view.</param>
    /// <param name="count">V, at least 1.</param>
    /// <param name="shared">As in the constructor: what is drawn once for all. Default: nothing.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">There is no such operator.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public static ViewPlan Repeated(ViewPipeline pipeline, int count, IReadOnlyList<int>? shared = null)
    {
        ModuleGuard.AtLeast(count, 1, nameof(count));
        return new ViewPlan([.. Enumerable.Repeat(pipeline, count)], shared);
    }

    /// <summary>Two views of which only the first gets some operators: SimCLR's study of single transformations.</summary>
    /// <param name="both">What makes either view, each with draws of its own.</param>
    /// <param name="first">What is then applied to the first view only.</param>
    /// <returns>The plan.</returns>
    public static ViewPlan OneSided(ViewPipeline both, params IReadOnlyList<ViewOperator> first)
    {
        ArgumentNullException.ThrowIfNull(both);
        return new ViewPlan([both.Then(first), both]);
    }

    /// <summary>Many crops: a few large views and more small ones (Caron et al., SwAV, 2020, arXiv:2006.09882).</summary>
    /// <param name="large">What makes a large view.</param>
    /// <param name="small">What makes a small view, as a rule of fewer pixels and less area.</param>
    /// <param name="largeCount">The number of large views, at least 1. Default 2.</param>
    /// <param name="smallCount">The number of small views, at least 1. Default 6.</param>
    /// <returns>The plan: the large views come first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public static ViewPlan ManyCrops(ViewPipeline large, ViewPipeline small, int largeCount = 2, int smallCount = 6)
    {
        ModuleGuard.AtLeast(largeCount, 1, nameof(largeCount));
        ModuleGuard.AtLeast(smallCount, 1, nameof(smallCount));
        return new ViewPlan([.. Enumerable.Repeat(large, largeCount), .. Enumerable.Repeat(small, smallCount)]);
    }

    /// <summary>Draws all views of each image.</summary>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The epoch or the step, at least 0.</param>
    /// <param name="indices">B ≥ 1 images, each by its index in its set, at least 0.</param>
    /// <param name="shape">The shape of the images.</param>
    /// <returns>V draws.</returns>
    /// <exception cref="ArgumentException">There is no index, or an operator takes no such images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative.</exception>
    /// <exception cref="InvalidOperationException">Collisions are to be rejected of an augmentation that has but one outcome.</exception>
    public IReadOnlyList<ViewDraw> Draw(long seed, int step, ReadOnlySpan<int> indices, ImageShape shape)
    {
        var draws = new ViewDraw[Count];
        for (var view = 0; view < draws.Length; view++)
        {
            var number = view;
            draws[view] = Pipelines[view].DrawShared(
                new ViewKey(seed, step, view), indices, shape, place => DrawnFor(number, place));
        }

        RejectCollisions(seed, step, indices, draws);
        return draws;
    }

    /// <summary>Applies draws of this plan.</summary>
    /// <param name="images">As in <see cref="ViewPipeline.Apply(Tensor, ViewDraw, ViewExecutor)"/>.</param>
    /// <param name="draws">One per view.</param>
    /// <param name="executor">Who applies them. Default: the faster one that can.</param>
    /// <returns>V tensors [B, C', H', W']; each may have a size of its own. The caller owns them.</returns>
    /// <exception cref="ArgumentException">Another number of draws, or as in <see cref="ViewPipeline.Apply(Tensor, ViewDraw, ViewExecutor)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public IReadOnlyList<Tensor> Apply(Tensor images, IReadOnlyList<ViewDraw> draws, ViewExecutor executor = ViewExecutor.Auto)
    {
        ArgumentNullException.ThrowIfNull(draws);
        if (draws.Count != Count)
        {
            throw new ArgumentException($"Expected `draws` to be {Count}, one per view, but got {draws.Count}.", nameof(draws));
        }

        using var scope = NewDisposeScope();
        return [.. Pipelines.Select((pipeline, view) => pipeline.Apply(images, draws[view], executor).MoveToOuterDisposeScope())];
    }

    /// <summary>Draws all views of each image and applies them.</summary>
    /// <param name="images">As in <see cref="ViewPipeline.Apply(Tensor, ViewDraw, ViewExecutor)"/>.</param>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The epoch or the step, at least 0.</param>
    /// <param name="indices">One per image: its index in its set, at least 0.</param>
    /// <param name="executor">Who applies them. Default: the faster one that can.</param>
    /// <returns>V tensors [B, C', H', W']. The caller owns them.</returns>
    /// <exception cref="ArgumentException">As in the other methods.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public IReadOnlyList<Tensor> Apply(
        Tensor images, long seed, int step, ReadOnlySpan<int> indices, ViewExecutor executor = ViewExecutor.Auto)
    {
        ViewGuard.Images(images, nameof(images), allowBytes: true);
        return Apply(images, Draw(seed, step, indices, ViewGuard.Shape(images)), executor);
    }

    // Drawn by the step alone: whoever takes turns with a batch sees the same views of it.
    IReadOnlyList<Tensor> IViews.Make(Tensor images, long seed, int step, ReadOnlySpan<int> indices, int pass) => Apply(images, seed, step, indices);
}
