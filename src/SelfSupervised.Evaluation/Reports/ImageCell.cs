namespace SelfSupervised.Evaluation.Reports;

/// <summary>An image in an <see cref="ImageGrid"/>.</summary>
/// <param name="Image">The image.</param>
/// <param name="Caption">The text below it. Default: none.</param>
/// <param name="Mark">How it is marked. Default: not.</param>
public sealed record ImageCell(ReportImage Image, string? Caption = null, ImageMark Mark = ImageMark.None)
{
    /// <summary>An image without caption and mark.</summary>
    /// <param name="image">The image.</param>
    public static implicit operator ImageCell(ReportImage image) => new(image);
}
