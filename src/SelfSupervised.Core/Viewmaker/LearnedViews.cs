using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>Views that a <see cref="ViewmakerNetwork"/> makes, with fixed ones before or after it: a stage like any other.</summary>
/// <remarks>
/// <code>view_v = after(V(before_v(x), noise_v))</code>
/// <para>
/// All views come from one network, each with noise of its own. An image's noise is a function of (seed, step, the image's index, view,
/// pass), as every draw is; where batches serve several updates, each pass has noise of its own, while the fixed views stay.
/// </para>
/// <para>
/// Gradient flows to the network and to the images, unless what requires none is asked for. The network's parameters are no part
/// of this class: whoever trains them, as <c>AdversarialViews</c> does, owns the network.
/// </para>
/// </remarks>
public sealed class LearnedViews : IViews
{
    private const int Most = 64;

    /// <summary>Composes views.</summary>
    /// <param name="viewmaker">V. It stays the caller's.</param>
    /// <param name="count">The number of views, from 1 to 64. Default 2.</param>
    /// <param name="before">Fixed views that it is given instead of the images; as many. Default: the images themselves.</param>
    /// <param name="after">What is then applied to every view, with draws of its own: a normalisation, fixed views. Default: nothing.</param>
    /// <exception cref="ArgumentException">There are more or fewer fixed views.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    /// <example><code>var views = new LearnedViews(viewmaker, after: new ViewPipeline(Normalize.Cifar10));</code></example>
    public LearnedViews(ViewmakerNetwork viewmaker, int count = 2, ViewPlan? before = null, ViewPipeline? after = null)
    {
        ArgumentNullException.ThrowIfNull(viewmaker);
        if (count is < 1 or > Most)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Expected `count` to be from 1 to {Most}, but got {count}.");
        }

        if (before is not null && before.Count != count)
        {
            throw new ArgumentException($"Expected `before` to plan {count} views, one for each, but it plans {before.Count}.", nameof(before));
        }

        (Viewmaker, Count, Before, After) = (viewmaker, count, before, after);
    }

    /// <summary>V, the network.</summary>
    public ViewmakerNetwork Viewmaker { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The fixed views before it, or null.</summary>
    public ViewPlan? Before { get; }

    /// <summary>What is applied to every view after it, or null.</summary>
    public ViewPipeline? After { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not what the fixed views or the network take.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative, or the pass is not from 0 to 63.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public IReadOnlyList<Tensor> Make(Tensor images, long seed, int step, ReadOnlySpan<int> indices, int pass = 0)
    {
        using var scope = NewDisposeScope();
        var inputs = Inputs(images, seed, step, indices);
        var views = Perturb(inputs, seed, step, indices, pass).Views.chunk(Count);
        if (After is not null)
        {
            for (var view = 0; view < Count; view++)
            {
                views[view] = After.Apply(views[view], new ViewKey(seed, step, Count + view), indices);
            }
        }

        scope.MoveToOuter(views);
        return views;
    }

    /// <summary>What the network is given: all fixed views, or the images themselves, one after the other.</summary>
    /// <param name="images">As in <see cref="Make"/>.</param>
    /// <param name="seed">As in <see cref="Make"/>.</param>
    /// <param name="step">As in <see cref="Make"/>.</param>
    /// <param name="indices">As in <see cref="Make"/>.</param>
    /// <returns>[V·B, C, H, W], Float32. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not what the fixed views take.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public Tensor Inputs(Tensor images, long seed, int step, ReadOnlySpan<int> indices)
    {
        ViewGuard.Images(images, nameof(images), allowBytes: true);
        using var scope = NewDisposeScope();
        var plan = Before ?? ViewPlan.Repeated(new ViewPipeline(), Count);
        return cat([.. plan.Apply(images, seed, step, indices)]).MoveToOuterDisposeScope();
    }

    /// <summary>What the network makes of its inputs, before anything is applied after it.</summary>
    /// <param name="inputs">As <see cref="Inputs"/> gives them.</param>
    /// <param name="seed">As in <see cref="Make"/>.</param>
    /// <param name="step">As in <see cref="Make"/>.</param>
    /// <param name="indices">As in <see cref="Make"/>.</param>
    /// <param name="pass">As in <see cref="Make"/>.</param>
    /// <returns>Views and perturbations, [V·B, C, H, W]. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The inputs are not what the network takes, or are not V for each index.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative, or the pass is not from 0 to 63.</exception>
    /// <exception cref="ObjectDisposedException">The inputs have been disposed.</exception>
    public ViewmakerOutput Perturb(Tensor inputs, long seed, int step, ReadOnlySpan<int> indices, int pass = 0)
    {
        ViewGuard.Images(inputs, nameof(inputs));
        ViewGuard.Place(pass, Most, nameof(pass));
        ModuleGuard.AtLeast(step, 0, nameof(step));
        var count = inputs.shape[0];
        if (count != (long)Count * indices.Length)
        {
            throw new ArgumentException($"Expected `inputs` to be {Count} views of {indices.Length} images, but got {count}.", nameof(inputs));
        }

        using var noise = DrawNoise(inputs, seed, step, indices, pass);
        return Viewmaker.Perturb(inputs, noise);
    }

    private ViewmakerNoise DrawNoise(Tensor inputs, long seed, int step, ReadOnlySpan<int> indices, int pass)
    {
        var (image, maps) = Viewmaker.NoiseShapes(inputs);
        var images = indices.ToArray();
        foreach (var index in images)
        {
            ModuleGuard.AtLeast(index, 0, nameof(indices));
        }

        var (first, others) = (new float[Size(image)], new float[Size(maps)]);
        Parallel.For(0, Count * images.Length, row =>
        {
            var (view, place) = Math.DivRem(row, images.Length);
            var random = new CounterRandom(seed, RandomPurpose.LearnedView(view, pass), (uint)images[place], (uint)step);
            Fill(ref random, Row(first, row, Count * images.Length));
            Fill(ref random, Row(others, row, Count * images.Length));
        });
        using var scope = NewDisposeScope();
        return new ViewmakerNoise(
            tensor(first, image, inputs.dtype, inputs.device).MoveToOuterDisposeScope(), tensor(others, maps, inputs.dtype, inputs.device).MoveToOuterDisposeScope());
    }

    private static int Size(long[] shape) => checked((int)shape.Aggregate(1L, (product, size) => product * size));

    private static Span<float> Row(float[] values, int row, int rows) => values.AsSpan(row * (values.Length / rows), values.Length / rows);

    // Steps of 2⁻²⁴, which a float holds exactly below 1.
    private static void Fill(ref CounterRandom random, Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (random.Next() >> 8) * (1f / (1 << 24));
        }
    }
}
