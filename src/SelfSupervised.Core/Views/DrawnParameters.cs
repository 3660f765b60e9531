using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>What was drawn of one operator for the images it is to be applied to: plain numbers, on the host.</summary>
public sealed class DrawnParameters
{
    private readonly float[] _values;
    private readonly int _stride;
    private readonly int _offset;

    internal DrawnParameters(float[] values, int count, int stride, int offset, int width) =>
        (_values, Count, _stride, _offset, Width) = (values, count, stride, offset, width);

    /// <summary>B, the number of images.</summary>
    public int Count { get; }

    /// <summary>The number of parameters per image.</summary>
    public int Width { get; }

    /// <summary>The parameters of one image, in the order of <see cref="ViewOperator.ParameterNames"/>.</summary>
    /// <param name="image">From 0 to B − 1, the place in the batch.</param>
    /// <returns>As many numbers as the operator has parameters.</returns>
    public ReadOnlySpan<float> this[int image] => _values.AsSpan((image * _stride) + _offset, Width);

    /// <summary>One parameter of all images, to be broadcast over them.</summary>
    /// <param name="parameter">Which, counted from 0.</param>
    /// <param name="images">[B, C, H, W]; type and device are taken from it.</param>
    /// <returns>[B, 1, 1, 1]. The caller owns it.</returns>
    public Tensor Column(int parameter, Tensor images)
    {
        var column = Map(row => row[parameter]);
        return tensor(column, [Count, 1, 1, 1], images.dtype, images.device);
    }

    /// <summary>What is computed of each image's parameters, in order.</summary>
    internal T[] Map<T>(Func<ReadOnlySpan<float>, T> one)
    {
        var values = new T[Count];
        for (var image = 0; image < values.Length; image++)
        {
            values[image] = one(this[image]);
        }

        return values;
    }

    /// <summary>The same for some of the images.</summary>
    /// <param name="images">Their places in the batch.</param>
    /// <returns>Their parameters.</returns>
    public DrawnParameters Select(ReadOnlySpan<int> images)
    {
        var values = new float[images.Length * Width];
        for (var i = 0; i < images.Length; i++)
        {
            this[images[i]].CopyTo(values.AsSpan(i * Width));
        }

        return new DrawnParameters(values, images.Length, Width, 0, Width);
    }

    // Of whole rows, which begin with 1 or 0: applied or not.
    internal bool AllApplied => !Map(row => row[0]).Contains(0);

    // Without the first.
    internal DrawnParameters Tail() => new(_values, Count, _stride, _offset + 1, Width - 1);
}
