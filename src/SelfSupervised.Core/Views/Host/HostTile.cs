using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Eight by eight floats, where the processor has AVX.</summary>
internal static class HostTile
{
    public static bool IsSupported => Avx.IsSupported;

    /// <summary>Transposes it: rows at a stride from a start become columns of rows at another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(ref float from, nuint start, nuint stride, ref float to, nuint target, nuint targetStride)
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
