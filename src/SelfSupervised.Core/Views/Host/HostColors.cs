using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSupervised.Core.Views.Host;

/// <summary>What changes the colours of a host image, a vector at a time.</summary>
internal static class HostColors
{
    private static readonly Vector256<float> One = Vector256<float>.One;
    private static readonly Vector256<float> RedWeight = Vector256.Create((float)ColorOperations.RedWeight);
    private static readonly Vector256<float> GreenWeight = Vector256.Create((float)ColorOperations.GreenWeight);
    private static readonly Vector256<float> BlueWeight = Vector256.Create((float)ColorOperations.BlueWeight);

    public static void Brightness(HostImage image, float factor)
    {
        var size = (nuint)image.Size;
        var by = Vector256.Create(factor);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            ref var plane = ref MemoryMarshal.GetReference(image.Plane(channel));
            for (nuint i = 0; i < size; i += HostImage.Lanes)
            {
                Clip(Vector256.LoadUnsafe(ref plane, i) * by).StoreUnsafe(ref plane, i);
            }
        }
    }

    public static void Contrast(HostImage image, float factor)
    {
        var size = (nuint)image.Size;
        var (by, rest) = (Vector256.Create(factor), Vector256.Create((1 - factor) * MeanGray(image)));
        for (var channel = 0; channel < image.Channels; channel++)
        {
            ref var plane = ref MemoryMarshal.GetReference(image.Plane(channel));
            for (nuint i = 0; i < size; i += HostImage.Lanes)
            {
                Clip((Vector256.LoadUnsafe(ref plane, i) * by) + rest).StoreUnsafe(ref plane, i);
            }
        }
    }

    public static void Saturation(HostImage image, float factor)
    {
        var size = (nuint)image.Size;
        var (by, rest) = (Vector256.Create(factor), Vector256.Create(1 - factor));
        ref var red = ref MemoryMarshal.GetReference(image.Plane(0));
        ref var green = ref MemoryMarshal.GetReference(image.Plane(1));
        ref var blue = ref MemoryMarshal.GetReference(image.Plane(2));
        for (nuint i = 0; i < size; i += HostImage.Lanes)
        {
            var (r, g, b) = (Vector256.LoadUnsafe(ref red, i), Vector256.LoadUnsafe(ref green, i), Vector256.LoadUnsafe(ref blue, i));
            var gray = Gray(r, g, b) * rest;
            Clip((r * by) + gray).StoreUnsafe(ref red, i);
            Clip((g * by) + gray).StoreUnsafe(ref green, i);
            Clip((b * by) + gray).StoreUnsafe(ref blue, i);
        }
    }

    public static void Grayscale(HostImage image)
    {
        var size = (nuint)image.Size;
        ref var red = ref MemoryMarshal.GetReference(image.Plane(0));
        ref var green = ref MemoryMarshal.GetReference(image.Plane(1));
        ref var blue = ref MemoryMarshal.GetReference(image.Plane(2));
        for (nuint i = 0; i < size; i += HostImage.Lanes)
        {
            var gray = Gray(Vector256.LoadUnsafe(ref red, i), Vector256.LoadUnsafe(ref green, i), Vector256.LoadUnsafe(ref blue, i));
            gray.StoreUnsafe(ref red, i);
            gray.StoreUnsafe(ref green, i);
            gray.StoreUnsafe(ref blue, i);
        }
    }

    /// <summary>As <see cref="ColorOperations.AdjustHue"/>, a vector at a time.</summary>
    public static void Hue(HostImage image, float turn)
    {
        var size = (nuint)image.Size;
        var (shift, two, four) = (Vector256.Create(6 * turn), Vector256.Create(2f), Vector256.Create(4f));
        ref var red = ref MemoryMarshal.GetReference(image.Plane(0));
        ref var green = ref MemoryMarshal.GetReference(image.Plane(1));
        ref var blue = ref MemoryMarshal.GetReference(image.Plane(2));
        for (nuint i = 0; i < size; i += HostImage.Lanes)
        {
            var (r, g, b) = (Vector256.LoadUnsafe(ref red, i), Vector256.LoadUnsafe(ref green, i), Vector256.LoadUnsafe(ref blue, i));
            var highest = Vector256.MaxNative(r, Vector256.MaxNative(g, b));
            var range = highest - Vector256.MinNative(r, Vector256.MinNative(g, b));
            var inverse = One / Vector256.ConditionalSelect(Vector256.Equals(range, Vector256<float>.Zero), One, range);
            var sector = Vector256.ConditionalSelect(
                Vector256.Equals(highest, r),
                (g - b) * inverse,
                Vector256.ConditionalSelect(Vector256.Equals(highest, g), ((b - r) * inverse) + two, ((r - g) * inverse) + four));
            sector += shift;
            Channel(highest, range, sector + Vector256.Create(5f)).StoreUnsafe(ref red, i);
            Channel(highest, range, sector + Vector256.Create(3f)).StoreUnsafe(ref green, i);
            Channel(highest, range, sector + One).StoreUnsafe(ref blue, i);
        }
    }

    public static void Solarize(HostImage image, float threshold)
    {
        var size = (nuint)image.Size;
        var from = Vector256.Create(threshold);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            ref var plane = ref MemoryMarshal.GetReference(image.Plane(channel));
            for (nuint i = 0; i < size; i += HostImage.Lanes)
            {
                var value = Vector256.LoadUnsafe(ref plane, i);
                Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(value, from), One - value, value).StoreUnsafe(ref plane, i);
            }
        }
    }

    /// <summary>value · scale + shift of one channel, clipped to [0, 1] if asked for.</summary>
    public static void Affine(HostImage image, int channel, float scale, float shift, bool clip)
    {
        var size = (nuint)image.Size;
        var (by, plus) = (Vector256.Create(scale), Vector256.Create(shift));
        ref var plane = ref MemoryMarshal.GetReference(image.Plane(channel));
        for (nuint i = 0; i < size; i += HostImage.Lanes)
        {
            var value = (Vector256.LoadUnsafe(ref plane, i) * by) + plus;
            (clip ? Clip(value) : value).StoreUnsafe(ref plane, i);
        }
    }

    private static float MeanGray(HostImage image)
    {
        ref var red = ref MemoryMarshal.GetReference(image.Plane(0));
        ref var green = ref MemoryMarshal.GetReference(image.Plane(1));
        ref var blue = ref MemoryMarshal.GetReference(image.Plane(2));
        var whole = image.Size / HostImage.Lanes * HostImage.Lanes;
        var sums = Vector256<float>.Zero;
        for (nuint i = 0; i < (nuint)whole; i += HostImage.Lanes)
        {
            sums += Gray(Vector256.LoadUnsafe(ref red, i), Vector256.LoadUnsafe(ref green, i), Vector256.LoadUnsafe(ref blue, i));
        }

        // Of the last vector only what belongs to the image.
        var sum = Vector256.Sum(sums);
        var last = Gray(
            Vector256.LoadUnsafe(ref red, (nuint)whole), Vector256.LoadUnsafe(ref green, (nuint)whole), Vector256.LoadUnsafe(ref blue, (nuint)whole));
        for (var lane = 0; lane < image.Size - whole; lane++)
        {
            sum += last[lane];
        }

        return sum / image.Size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gray(Vector256<float> red, Vector256<float> green, Vector256<float> blue) =>
        (red * RedWeight) + (green * GreenWeight) + (blue * BlueWeight);

    // The channel whose distance from the hue, in sixths of the circle, is k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Channel(Vector256<float> highest, Vector256<float> range, Vector256<float> k)
    {
        var six = Vector256.Create(6f);
        k -= six * Vector256.Floor(k * Vector256.Create(1 / 6f));
        return highest - (range * Clip(Vector256.MinNative(k, Vector256.Create(4f) - k)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clip(Vector256<float> value) =>
        Vector256.MinNative(Vector256.MaxNative(value, Vector256<float>.Zero), One);
}
