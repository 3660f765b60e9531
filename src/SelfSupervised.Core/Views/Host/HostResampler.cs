using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Applies a host image's own tap tables: a linear map along the rows, and one along the columns.</summary>
/// <remarks>
/// Rows are summed a vector at a time. Columns would have to be gathered for that; instead, eight rows at a time are transposed, so
/// that a column of them is a vector, and transposed back.
/// </remarks>
internal static class HostResampler
{
    private const int Lanes = HostImage.Lanes;

    /// <summary>Applies the image's tables to some of its columns, from <paramref name="left"/> on; the columns' table counts from there.</summary>
    public static void Apply(HostImage image, int left, int width)
    {
        var (rows, columns) = (image.Rows, image.Columns);
        var inVectors = HostTile.IsSupported && rows.Outputs >= Lanes && columns.Outputs >= Lanes;
        var room = width + Lanes;
        var scratch = image.Scratch(Lanes * ((2 * room) + columns.Outputs));
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var from = image.Plane(channel)[left..];
            var to = image.OtherPlane(channel);
            for (var i = 0; i < rows.Outputs; i += inVectors ? Lanes : 1)
            {
                if (inVectors)
                {
                    // The last eight rows may overlap those before, and the last eight columns alike.
                    var start = Math.Min(i, rows.Outputs - Lanes);
                    for (var row = 0; row < Lanes; row++)
                    {
                        SumRows(from, image.Width, scratch[(row * room)..], width, rows, start + row);
                    }

                    SumColumnsOfEight(scratch, room, to[(start * columns.Outputs)..], columns);
                }
                else
                {
                    SumRows(from, image.Width, scratch, width, rows, i);
                    SumColumns(scratch, to[(i * columns.Outputs)..], columns);
                }
            }
        }

        image.Swap(rows.Outputs, columns.Outputs);
    }

    /// <summary>One row of the result, still as wide as the image or a part of it; up to a vector's floats too many are read and written.</summary>
    public static void SumRows(Span<float> plane, int stride, Span<float> sum, int width, TapTable rows, int output)
    {
        ref var from = ref MemoryMarshal.GetReference(plane);
        ref var to = ref MemoryMarshal.GetReference(sum);
        var indices = rows.Index();
        var weights = rows.Weight();
        nuint x = 0;

        // Sums stay in registers, four at a time.
        for (; x + (4 * Lanes) <= (nuint)width; x += 4 * Lanes)
        {
            var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var place = output; place < indices.Length; place += rows.Outputs)
            {
                var weight = Vector256.Create(weights[place]);
                var at = (nuint)(indices[place] * stride) + x;
                a += Vector256.LoadUnsafe(ref from, at) * weight;
                b += Vector256.LoadUnsafe(ref from, at + Lanes) * weight;
                c += Vector256.LoadUnsafe(ref from, at + (2 * Lanes)) * weight;
                d += Vector256.LoadUnsafe(ref from, at + (3 * Lanes)) * weight;
            }

            a.StoreUnsafe(ref to, x);
            b.StoreUnsafe(ref to, x + Lanes);
            c.StoreUnsafe(ref to, x + (2 * Lanes));
            d.StoreUnsafe(ref to, x + (3 * Lanes));
        }

        for (; x < (nuint)width; x += Lanes)
        {
            var a = Vector256<float>.Zero;
            for (var place = output; place < indices.Length; place += rows.Outputs)
            {
                a += Vector256.LoadUnsafe(ref from, (nuint)(indices[place] * stride) + x) * Vector256.Create(weights[place]);
            }

            a.StoreUnsafe(ref to, x);
        }
    }

    private static void SumColumns(Span<float> row, Span<float> sum, TapTable columns)
    {
        var to = sum[..columns.Outputs];
        for (var tap = 0; tap < columns.Taps; tap++)
        {
            var indices = columns.Index().Slice(tap * to.Length, to.Length);
            var weights = columns.Weight().Slice(tap * to.Length, to.Length);
            for (var i = 0; i < to.Length; i++)
            {
                var product = row[indices[i]] * weights[i];
                to[i] = tap == 0 ? product : to[i] + product;
            }
        }
    }

    // The scratch holds eight rows, then has room for their columns, and for eight rows of the result column by column.
    private static void SumColumnsOfEight(Span<float> scratch, int width, Span<float> sum, TapTable columns)
    {
        var outputs = columns.Outputs;
        ref var rows = ref MemoryMarshal.GetReference(scratch);
        ref var turned = ref scratch[Lanes * width];
        ref var results = ref scratch[2 * Lanes * width];
        for (var x = 0; x < width - Lanes; x += Lanes)
        {
            HostTile.Transpose(ref rows, (nuint)x, (nuint)width, ref turned, (nuint)(x * Lanes), Lanes);
        }

        ref var indices = ref MemoryMarshal.GetReference(columns.Index());
        ref var weights = ref MemoryMarshal.GetReference(columns.Weight());
        var places = columns.Taps * outputs;
        for (var i = 0; i < outputs; i++)
        {
            var result = Vector256<float>.Zero;
            for (var place = i; place < places; place += outputs)
            {
                result += Vector256.LoadUnsafe(ref turned, (nuint)(Unsafe.Add(ref indices, place) * Lanes)) * Vector256.Create(Unsafe.Add(ref weights, place));
            }

            result.StoreUnsafe(ref results, (nuint)(i * Lanes));
        }

        ref var to = ref sum[0];
        for (var i = 0; i < outputs; i += Lanes)
        {
            var start = Math.Min(i, outputs - Lanes);
            HostTile.Transpose(ref results, (nuint)(start * Lanes), Lanes, ref to, (nuint)start, (nuint)outputs);
        }
    }
}
