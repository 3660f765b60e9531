using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>A linear map along one axis: each output is a weighted sum of neighbouring inputs.</summary>
internal sealed class AxisWeights
{
    private readonly int[] _start;
    private readonly float[] _weights;
    private readonly int _taps;

    private AxisWeights(double[][] rows, int inputs)
    {
        (Inputs, Outputs) = (inputs, rows.Length);
        var first = Array.ConvertAll(rows, row => Math.Max(0, Array.FindIndex(row, weight => weight != 0)));
        _taps = rows.Zip(first, (row, from) => Array.FindLastIndex(row, weight => weight != 0) - from + 1).Max();
        _start = Array.ConvertAll(first, from => Math.Min(from, inputs - _taps));
        _weights = new float[Outputs * _taps];
        for (var output = 0; output < Outputs; output++)
        {
            for (var tap = 0; tap < _taps; tap++)
            {
                _weights[(output * _taps) + tap] = (float)rows[output][_start[output] + tap];
            }
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Convolution with a Gaussian that ends at ⌊truncate·σ + ½⌋, what is beyond the border folded in; scipy's gaussian_filter1d.</summary>
    public static AxisWeights Gaussian(int length, double sigma, double truncate, Func<int, int, int> border)
    {
        var radius = (int)((truncate * sigma) + 0.5);
        var kernel = Enumerable.Range(-radius, (2 * radius) + 1).Select(x => radius == 0 ? 1 : Math.Exp(-0.5 * x * x / (sigma * sigma))).ToArray();
        var sum = kernel.Sum();
        return Of(length, length, (output, weights) =>
        {
            for (var tap = 0; tap < kernel.Length; tap++)
            {
                weights[border(output + tap - radius, length)] += kernel[tap] / sum;
            }
        });
    }

    /// <summary>The middle ⌈n/f⌉ of n, enlarged by f linearly from end to end, and of that the middle n; scipy's zoom with order 1.</summary>
    public static AxisWeights CentreZoom(int length, double factor)
    {
        var crop = (int)Math.Ceiling(length / factor);
        var enlarged = (int)Math.Round(crop * factor);
        var (top, trim) = ((length - crop) / 2, (enlarged - length) / 2);
        var step = enlarged > 1 ? (crop - 1.0) / (enlarged - 1) : 0;
        return Of(length, length, (output, weights) =>
        {
            var at = (output + trim) * step;
            var low = Math.Min((int)at, crop - 1);
            weights[top + low] += 1 - (at - low);
            weights[top + Math.Min(low + 1, crop - 1)] += at - low;
        });
    }

    /// <summary>Each output is the mean of the inputs whose centres it covers, or the input that covers its centre; Pillow's BOX.</summary>
    public static AxisWeights Box(int inputs, int outputs) => Of(inputs, outputs, (output, weights) =>
    {
        var scale = (double)inputs / outputs;
        var (centre, half) = ((output + 0.5) * scale, Math.Max(scale, 1) / 2);
        var covered = Enumerable.Range(0, inputs).Where(j => j + 0.5 - centre > -half && j + 0.5 - centre <= half).ToArray();
        foreach (var j in covered)
        {
            weights[j] = 1.0 / covered.Length;
        }
    });

    /// <summary>Both axes of a plane of Inputs × Inputs: first the columns of each row, then the rows.</summary>
    public static void Apply(AxisWeights rows, AxisWeights columns, ReadOnlySpan<float> source, Span<float> target)
    {
        var rented = ArrayPool<float>.Shared.Rent(rows.Inputs * columns.Outputs);
        for (var y = 0; y < rows.Inputs; y++)
        {
            columns.Along(source.Slice(y * columns.Inputs, columns.Inputs), rented.AsSpan(y * columns.Outputs, columns.Outputs));
        }

        rows.Across(rented, target, columns.Outputs);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>sum ← sum + weight·values.</summary>
    public static void AddScaled(Span<float> sum, ReadOnlySpan<float> values, float weight)
    {
        var whole = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] += vectors[i] * weight;
        }

        for (var i = whole.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] += values[i] * weight;
        }
    }

    private static AxisWeights Of(int inputs, int outputs, Action<int, double[]> fill) => new(
        Enumerable.Range(0, outputs).Select(output =>
        {
            var weights = new double[inputs];
            fill(output, weights);
            return weights;
        }).ToArray(),
        inputs);

    private void Along(ReadOnlySpan<float> row, Span<float> result)
    {
        for (var output = 0; output < Outputs; output++)
        {
            var values = row.Slice(_start[output], _taps);
            var weights = _weights.AsSpan(output * _taps, _taps);
            var (sum, tap) = (0f, 0);
            for (; tap + Vector<float>.Count <= _taps; tap += Vector<float>.Count)
            {
                sum += Vector.Dot(new Vector<float>(values[tap..]), new Vector<float>(weights[tap..]));
            }

            for (; tap < _taps; tap++)
            {
                sum += values[tap] * weights[tap];
            }

            result[output] = sum;
        }
    }

    private void Across(ReadOnlySpan<float> plane, Span<float> result, int width)
    {
        for (var output = 0; output < Outputs; output++)
        {
            var row = result.Slice(output * width, width);
            row.Clear();
            for (var tap = 0; tap < _taps; tap++)
            {
                AddScaled(row, plane.Slice((_start[output] + tap) * width, width), _weights[(output * _taps) + tap]);
            }
        }
    }
}
