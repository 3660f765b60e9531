using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>One image in a thread's own memory: planes of floats in [0, 1], and as much room to write another one.</summary>
internal sealed class Canvas(ImageShape shape)
{
    private float[] _values = new float[shape.Size];
    private float[] _other = new float[shape.Size];

    public int Channels => shape.Channels;

    public int Height => shape.Height;

    public int Width => shape.Width;

    /// <summary>The pixels of a plane.</summary>
    public int Pixels { get; } = shape.Height * shape.Width;

    public Span<float> Values => _values;

    public Span<float> Plane(int channel) => _values.AsSpan(channel * Pixels, Pixels);

    public Span<float> OtherPlane(int channel) => _other.AsSpan(channel * Pixels, Pixels);

    /// <summary>Makes the other planes the image.</summary>
    public void Swap() => (_values, _other) = (_other, _values);

    /// <summary>All planes through the same linear map of rows and columns.</summary>
    public void Map(AxisWeights rows, AxisWeights columns)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            AxisWeights.Apply(rows, columns, Plane(channel), OtherPlane(channel));
        }

        Swap();
    }

    /// <summary>0.299·R + 0.587·G + 0.114·B of a pixel, or its one channel.</summary>
    public float Gray(int pixel) => Channels == 1
        ? _values[pixel]
        : (0.299f * _values[pixel]) + (0.587f * _values[Pixels + pixel]) + (0.114f * _values[(2 * Pixels) + pixel]);

    public void Clip()
    {
        foreach (ref var value in _values.AsSpan())
        {
            value = Math.Clamp(value, 0, 1);
        }
    }
}
