using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>A memory bank: one unit vector for each image of a data set, which follows the image's embeddings.</summary>
/// <remarks>
/// <para>
/// V is [n, d], row i of image i. After a step, what the step saw is blended in, without gradient and in place:
/// </para>
/// <code>v_i ← (μ·v_i + (1 − μ)·u_i) / ‖μ·v_i + (1 − μ)·u_i‖,  u_i = f_i / max(‖f_i‖, 1e-12)</code>
/// <para>
/// Gradient never flows into the bank. Its state, "rows" (Float32) and "updates" (Int64, how often each row was updated), is
/// saved whole. Methods with several memories have several banks.
/// </para>
/// <para>
/// Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", 2018 (arXiv:1805.01978),
/// zhirongw/lemniscate.pytorch/lib/NCEAverage.py. That code begins with rows that are not normalised.
/// </para>
/// </remarks>
public sealed partial class MemoryBank : nn.Module
{
    private static readonly Scalar _cancelled = 1e-6.ToScalar();

    // The fields' names are those in the state.
    private readonly Tensor rows;
    private readonly Tensor updates;

    /// <summary>Makes a bank of random rows on the CPU.</summary>
    /// <param name="count">n, the images of the data set, at least 1.</param>
    /// <param name="dimension">d, the width of the embeddings, at least 1.</param>
    /// <param name="momentum">μ, the share of a row that an update keeps, from 0 to 1. Default 0.5.</param>
    /// <param name="seed">What the rows are drawn from: row i is a function of the seed and i. Default 0.</param>
    /// <param name="unitRows">
    /// Whether rows are unit vectors from the start (default), or, as in the released code, uniform within ±1/√(d/3), of unit
    /// length on average, until their first update.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <example><code>using var bank = new MemoryBank(count: 50_000, dimension: 128, seed: 1);</code></example>
    public MemoryBank(int count, int dimension, double momentum = 0.5, long seed = 0, bool unitRows = true)
        : base(nameof(MemoryBank))
    {
        ModuleGuard.AtLeast(count, 1, nameof(count));
        ModuleGuard.AtLeast(dimension, 1, nameof(dimension));
        ViewGuard.Share(momentum, nameof(momentum));
        (Count, Dimension, Momentum) = (count, dimension, momentum);
        using var scope = NewDisposeScope();
        rows = BankRows.Draw(count, dimension, seed, unitRows).DetachFromDisposeScope();
        updates = zeros(count, dtype: ScalarType.Int64).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>n, the number of rows.</summary>
    public int Count { get; }

    /// <summary>d, the width of the rows.</summary>
    public int Dimension { get; }

    /// <summary>μ, the share of a row that an update keeps.</summary>
    public double Momentum { get; }

    /// <summary>V, [n, d], as it is kept, not a copy: it stays the bank's, and moving the bank replaces it.</summary>
    public Tensor Rows => rows;

    /// <summary>How often each row was updated: Int64 [n], as it is kept.</summary>
    public Tensor Updates => updates;

    /// <summary>The share of rows that were ever updated; the others are random still.</summary>
    /// <returns>A Float32 scalar in [0, 1]. The caller owns it.</returns>
    public Tensor Fill()
    {
        using var scope = NewDisposeScope();
        return updates.gt(Scalars.Zero).to(ScalarType.Float32).mean().MoveToOuterDisposeScope();
    }

    /// <summary>The rows of given images.</summary>
    /// <param name="indices">B ≥ 1 images, each from 0 to n − 1.</param>
    /// <returns>[B, d], a copy without gradient. The caller owns it.</returns>
    /// <exception cref="ArgumentException">There is no index.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is no row.</exception>
    public Tensor Gather(ReadOnlySpan<int> indices)
    {
        IndexGuard.Rows(indices, nameof(indices), Count);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return rows.index_select(0, Places.Of(indices.ToArray(), rows.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Blends embeddings into the rows of their images: call it after the backward pass of what compared them.</summary>
    /// <remarks>
    /// An image that is there more than once is updated once, by the last of its embeddings. Should an embedding cancel its row, it
    /// takes the row's place.
    /// </remarks>
    /// <param name="features">f, [B, d] embeddings on the bank's device, normalised here. They may have a graph, which is ignored.</param>
    /// <param name="indices">B images, each from 0 to n − 1.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default), which reads the input once and waits for a GPU.</param>
    /// <exception cref="ArgumentException">
    /// The embeddings have another shape, type or device; there are more or fewer indices; or, with <paramref name="checkValues"/>, an
    /// embedding is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is no row.</exception>
    /// <exception cref="ObjectDisposedException">The embeddings have been disposed.</exception>
    public void Update(Tensor features, ReadOnlySpan<int> indices, bool checkValues = true)
    {
        CheckFeatures(features, checkValues);
        IndexGuard.Rows(indices, nameof(indices), Count, features.shape[0], nameof(features));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var last = new Dictionary<int, int>(indices.Length);
        for (var place = 0; place < indices.Length; place++)
        {
            last[indices[place]] = place;
        }

        var target = Places.Of(last.Keys, rows.device);
        var chosen = last.Count == indices.Length ? features : features.index_select(0, Places.Of(last.Values, rows.device));
        rows.index_copy_(0, target, Blend(rows.index_select(0, target), chosen));
        updates.index_add_(0, target, ones_like(target), Scalars.One);
    }

    /// <summary>Its rows stay as they are if the type is narrower than Float32: small updates would be lost.</summary>
    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking) => IsNarrow(dtype) ? this : base._to(dtype, non_blocking);

    /// <summary>Its rows keep their type if the new one is narrower than Float32: small updates would be lost.</summary>
    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) =>
        IsNarrow(dtype) ? _to(device.type, device.index, non_blocking) : base._to(device, dtype, non_blocking);

    private static bool IsNarrow(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16;

    // Of rows of its own, which it writes to.
    private Tensor Blend(Tensor old, Tensor features)
    {
        using var keep = Momentum.ToScalar();
        using var take = (1 - Momentum).ToScalar();
        var unit = Similarity.Unit(features, old.dtype);
        var sum = old.mul_(keep).add_(unit, take);
        var norm = sum.norm(1, keepdim: true);
        return sum.div(norm).where(norm.gt(_cancelled), unit);
    }

    private void CheckFeatures(Tensor features, bool checkValues)
    {
        Guard.Embeddings(features, nameof(features));
        Guard.SameWidth(features, nameof(features), rows, nameof(Rows));
        Guard.SameDevice(features, nameof(features), rows, nameof(Rows));
        if (checkValues)
        {
            Guard.Finite((features, nameof(features)));
        }
    }
}
