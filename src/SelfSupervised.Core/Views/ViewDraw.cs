using System.Globalization;
using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views;

/// <summary>What a pipeline will do to each image of a batch: plain numbers, to be kept, looked at and applied again.</summary>
/// <remarks><see cref="ViewPipeline.Draw"/> makes one. It holds no tensor.</remarks>
public sealed class ViewDraw
{
    private readonly float[] _values;

    internal ViewDraw(ViewPipeline pipeline, ImageShape shape, int count, float[] values) =>
        (Pipeline, Shape, Count, _values) = (pipeline, shape, count, values);

    /// <summary>The pipeline that it was drawn for.</summary>
    public ViewPipeline Pipeline { get; }

    /// <summary>The shape of the images that it was drawn for.</summary>
    public ImageShape Shape { get; }

    /// <summary>B, the number of images.</summary>
    public int Count { get; }

    /// <summary>
    /// All numbers, image after image, operator after operator: 1 or 0 (applied or not), then the operator's parameters.
    /// <see cref="ViewPipeline.Given"/> makes a draw of them again.
    /// </summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Whether an image gets an operator.</summary>
    /// <param name="position">The operator's place in the pipeline.</param>
    /// <param name="image">The image's place in the batch.</param>
    /// <returns>Whether it does.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operator or image.</exception>
    public bool IsApplied(int position, int image) => Row(position, image)[0] != 0;

    /// <summary>What an operator does to an image.</summary>
    /// <param name="position">The operator's place in the pipeline.</param>
    /// <param name="image">The image's place in the batch.</param>
    /// <returns>The parameters, in the order of <see cref="ViewOperator.ParameterNames"/>; all 0 if it isn't applied.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operator or image.</exception>
    public ReadOnlySpan<float> Parameters(int position, int image) => Row(position, image)[1..];

    /// <summary>What happens to an image, to be read.</summary>
    /// <param name="image">The image's place in the batch.</param>
    /// <returns>A line per operator that is applied: its name and its parameters.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public string Describe(int image)
    {
        var lines = new List<string>();
        for (var position = 0; position < Pipeline.Operators.Count; position++)
        {
            if (IsApplied(position, image))
            {
                var (operation, values) = (Pipeline.Operators[position], Parameters(position, image).ToArray());
                var settings = operation.ParameterNames.Zip(
                    values, (name, value) => string.Create(CultureInfo.InvariantCulture, $" {name}={value:G6}"));
                lines.Add(operation.Name + string.Concat(settings));
            }
        }

        return string.Join('\n', lines);
    }

    internal DrawnParameters Rows(int position) =>
        new(_values, Count, Pipeline.Width, Pipeline.Offset(position), Pipeline.Operators[position].RowWidth);

    internal ReadOnlySpan<float> Row(int position, int image) => Numbers(position, image);

    // To be written to only while nobody else has the draw.
    internal Span<float> Numbers(int position, int image)
    {
        ViewGuard.Place(position, Pipeline.Operators.Count, nameof(position));
        ViewGuard.Place(image, Count, nameof(image));
        return _values.AsSpan((image * Pipeline.Width) + Pipeline.Offset(position), Pipeline.Operators[position].RowWidth);
    }
}
