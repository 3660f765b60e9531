using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Applies a host image's own tap tables: a linear map along the rows, and one along the columns.</summary>
/// <remarks>
/// Rows are summed a vector at a time. Columns would have to be gathered for that; instead, eight rows at a time are transposed, so
/// that a column of them is a vector, and transposed back.
/// </remarks>
internal static class HostResampler
{
    private const int Lanes = HostImage.Lanes;

    public static void Apply(HostImage image)
    {
        var (rows, columns) = (image.Rows, image.Columns);
        var inVectors = Avx.IsSupported && rows.Outputs >= Lanes && columns.Outputs >= Lanes;
        var width = image.Width + Lanes;
        var scratch = image.Scratch(Lanes * ((2 * width) + columns.Outputs));
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var from = image.Plane(channel);
            var to = image.OtherPlane(channel);
            for (var i = 0; i < rows.Outputs; i += inVectors ? Lanes : 1)
            {
                if (inVectors)
                {
                    // The last eight rows may overlap those before, and the last eight columns alike.
                    var start = Math.Min(i, rows.Outputs - Lanes);
                    for (var row = 0; row < Lanes; row++)
                    {
                        SumRows(from, scratch[(row * width)..], image.Width, rows, start + row);
                    }

                    SumColumnsOfEight(scratch, width, to[(start * columns.Outputs)..], columns);
                }
                else
                {
                    SumRows(from, scratch, image.Width, rows, i);
                    SumColumns(scratch, to[(i * columns.Outputs)..], columns);
                }
            }
        }

        image.Swap(rows.Outputs, columns.Outputs);
    }

    // One row of the result, still as wide as the image.
    private static void SumRows(Span<float> plane, Span<float> sum, int width, TapTable rows, int output)
    {
        ref var to = ref MemoryMarshal.GetReference(sum);
        var indices = rows.Index();
        var weights = rows.Weight();
        for (var (tap, place) = (0, output); tap < rows.Taps; tap++, place += rows.Outputs)
        {
            var weight = Vector256.Create(weights[place]);
            ref var from = ref plane[indices[place] * width];
            for (nuint x = 0; x < (nuint)width; x += Lanes)
            {
                var product = Vector256.LoadUnsafe(ref from, x) * weight;
                (tap == 0 ? product : product + Vector256.LoadUnsafe(ref to, x)).StoreUnsafe(ref to, x);
            }
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
            Transpose(ref rows, (nuint)x, (nuint)width, ref turned, (nuint)(x * Lanes), Lanes);
        }

        var indices = columns.Index();
        var weights = columns.Weight();
        for (var i = 0; i < outputs; i++)
        {
            var result = Vector256<float>.Zero;
            for (var place = i; place < indices.Length; place += outputs)
            {
                result += Vector256.LoadUnsafe(ref turned, (nuint)(indices[place] * Lanes)) * Vector256.Create(weights[place]);
            }

            result.StoreUnsafe(ref results, (nuint)(i * Lanes));
        }

        ref var to = ref sum[0];
        for (var i = 0; i < outputs; i += Lanes)
        {
            var start = Math.Min(i, outputs - Lanes);
            Transpose(ref results, (nuint)(start * Lanes), Lanes, ref to, (nuint)start, (nuint)outputs);
        }
    }

    // Eight by eight floats; needs AVX.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref float from, nuint start, nuint stride, ref float to, nuint target, nuint targetStride)
    {
        var a = Vector256.LoadUnsafe(ref from, start);
        var b = Vector256.LoadUnsafe(ref from, start + stride);
        var c = Vector256.LoadUnsafe(ref from, start + (2 * stride));
        var d = Vector256.LoadUnsafe(ref from, start + (3 * stride));
        var e = Vector256.LoadUnsafe(ref from, start + (4 * stride));
        var f = Vector256.LoadUnsafe(ref from, start + (5 * stride));
        var g = Vector256.LoadUnsafe(ref from, start + (6 * stride));
        var h = Vector256.LoadUnsafe(ref from, start + (7 * stride));

        // Pairs, then fours, within halves of a vector; then the halves.
        var (ab0, ab1, cd0, cd1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        var (ef0, ef1, gh0, gh1) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f), Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        var (ad0, ad1) = (Avx.Shuffle(ab0, cd0, 0x44), Avx.Shuffle(ab0, cd0, 0xEE));
        var (ad2, ad3) = (Avx.Shuffle(ab1, cd1, 0x44), Avx.Shuffle(ab1, cd1, 0xEE));
        var (eh0, eh1) = (Avx.Shuffle(ef0, gh0, 0x44), Avx.Shuffle(ef0, gh0, 0xEE));
        var (eh2, eh3) = (Avx.Shuffle(ef1, gh1, 0x44), Avx.Shuffle(ef1, gh1, 0xEE));

        Avx.Permute2x128(ad0, eh0, 0x20).StoreUnsafe(ref to, target);
        Avx.Permute2x128(ad1, eh1, 0x20).StoreUnsafe(ref to, target + targetStride);
        Avx.Permute2x128(ad2, eh2, 0x20).StoreUnsafe(ref to, target + (2 * targetStride));
        Avx.Permute2x128(ad3, eh3, 0x20).StoreUnsafe(ref to, target + (3 * targetStride));
        Avx.Permute2x128(ad0, eh0, 0x31).StoreUnsafe(ref to, target + (4 * targetStride));
        Avx.Permute2x128(ad1, eh1, 0x31).StoreUnsafe(ref to, target + (5 * targetStride));
        Avx.Permute2x128(ad2, eh2, 0x31).StoreUnsafe(ref to, target + (6 * targetStride));
        Avx.Permute2x128(ad3, eh3, 0x31).StoreUnsafe(ref to, target + (7 * targetStride));
    }
}
