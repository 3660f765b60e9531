using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A row of an <see cref="ImageGrid"/>.</summary>
public sealed class ImageRow
{
    /// <summary>Makes a row.</summary>
    /// <param name="label">The text before it; null for none.</param>
    /// <param name="cells">At least one.</param>
    /// <exception cref="ArgumentException">There is no cell.</exception>
    public ImageRow(string? label, IEnumerable<ImageCell> cells) => (Label, Cells) = (label, Require.Some(cells, "image"));

    /// <summary>Makes a row of images without captions and marks.</summary>
    /// <param name="label">The text before it; null for none.</param>
    /// <param name="images">At least one.</param>
    /// <exception cref="ArgumentException">There is no image.</exception>
    public ImageRow(string? label, IEnumerable<ReportImage> images)
        : this(label, Require.Some(images, "image").Select(image => new ImageCell(image)))
    {
    }

    /// <summary>The text before the row, if there is one.</summary>
    public string? Label { get; }

    /// <summary>The row's images.</summary>
    public IReadOnlyList<ImageCell> Cells { get; }
}
