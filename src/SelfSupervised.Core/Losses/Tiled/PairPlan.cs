using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>Which scores a loss is made of, and in which panels they are worked through.</summary>
/// <remarks>
/// Rows are anchors, columns are candidates. Anchor i's positives are the columns i + o, o of <see cref="Offsets"/>, as far
/// as there are such. An anchor's loss is log Σ_j exp(s_ij) minus the mean of its positives' scores.
/// </remarks>
internal sealed record PairPlan
{
    public required double Temperature { get; init; }

    public required long Rows { get; init; }

    public required ScalarType Precision { get; init; }

    public required bool Masked { get; init; }

    public required Tiling Tiling { get; init; }

    /// <summary>Where an anchor's positives are, from its own place.</summary>
    public required IReadOnlyList<long> Offsets { get; init; }

    /// <summary>How many positives each anchor has.</summary>
    public required long Positives { get; init; }

    /// <summary>Whether the columns are the rows, of which none is its own candidate; if not, they are other embeddings.</summary>
    public required bool Square { get; init; }

    /// <summary>Whether each column is an anchor too, among the rows: the loss is the mean of both.</summary>
    public bool BothWays { get; init; }

    /// <summary>Whether a gradient of the columns is wanted, where they aren't the rows.</summary>
    public bool ColumnsLearn { get; init; } = true;

    /// <summary>Whether the mask, if there is one, is known to be its own mirror image.</summary>
    public bool MaskMirrored { get; private init; }

    /// <summary>Whether the matrix is its own mirror image, so that the pairs on and above the diagonal are enough.</summary>
    public bool Mirrored => Square && !Shifted && (!Masked || MaskMirrored);

    /// <summary>Whether each row's largest score is subtracted before the exponential.</summary>
    public bool Shifted => !IsWarm(Temperature, Rows, Precision);

    /// <summary>Whether the exponentials are kept from the forward to the backward pass.</summary>
    public bool Kept => Panels().Sum(panel => panel.Elements) <= Tiling.KeptElements;

    /// <summary>
    /// Whether exp(s) and the sum of so many can neither overflow nor vanish, unit rows given: |s| ≤ 1/τ. Below, a largest
    /// score has to be subtracted first.
    /// </summary>
    public static bool IsWarm(double temperature, long candidates, ScalarType precision) =>
        (1 / temperature) + Math.Log(candidates) <= (precision == ScalarType.Float64 ? 700 : 85);

    /// <summary>NT-Xent: every view of every image against all others.</summary>
    public static PairPlan OfViews(int views, long images, double temperature, ScalarType precision, bool masked, Tiling tiling)
    {
        var later = Enumerable.Range(1, views - 1).Select(apart => apart * images).ToArray();
        return new PairPlan
        {
            Temperature = temperature,
            Rows = views * images,
            Precision = precision,
            Masked = masked,
            Tiling = tiling,
            Offsets = [.. later, .. later.Select(offset => -offset)],
            Positives = views - 1,
            Square = true,
        };
    }

    /// <summary>InfoNCE within a batch: queries against keys, which have the same places.</summary>
    public static PairPlan OfBatch(long images, double temperature, ScalarType precision, bool masked, Tiling tiling) => new()
    {
        Temperature = temperature,
        Rows = images,
        Precision = precision,
        Masked = masked,
        Tiling = tiling,
        Offsets = [0],
        Positives = 1,
        Square = false,
    };

    /// <summary>Rows after rows, each against all columns or, where that is enough, against those from its own place on.</summary>
    public IEnumerable<Panel> Panels() =>
        WholeRows().Select(panel => Mirrored ? panel with { FirstColumn = panel.First } : panel);

    /// <summary>Rows after rows, each against all columns.</summary>
    public IEnumerable<Panel> WholeRows()
    {
        var height = Tiling.Side(given: Rows, available: Rows);
        for (var first = 0L; first < Rows; first += height)
        {
            yield return new Panel(first, Math.Min(height, Rows - first), FirstColumn: 0, EndColumn: Rows);
        }
    }

    /// <summary>The plan that makes use of a mask's being its own mirror image, if it is.</summary>
    /// <remarks>A mask elsewhere than on the CPU is not looked at: the answer would have to be waited for.</remarks>
    public PairPlan Mirroring(Tensor? mask)
    {
        var mirrored = this with { MaskMirrored = true };
        return mask?.device_type == DeviceType.CPU && mirrored.Mirrored && mirrored.Panels().All(panel => panel.IsMirroredIn(mask)) ? mirrored : this;
    }
}
