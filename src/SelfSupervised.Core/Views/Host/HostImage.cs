using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSupervised.Core.Views.Host;

/// <summary>
/// One image in a thread's own memory, small enough to stay in its cache: planes of floats, row after row. A kernel that can't
/// work in place writes to the other planes and swaps.
/// </summary>
/// <remarks>
/// A plane is followed by room for a vector, so that kernels need no second loop for what is left over: they may read and write
/// up to <see cref="Lanes"/> − 1 floats too far, and must not rely on what is there. Vectors are <see cref="Vector256"/>: two
/// halves where the processor has only those, and scalar code where it has none.
/// </remarks>
internal sealed class HostImage
{
    public const int Lanes = 8;

    private static readonly Vector256<float> White = Vector256.Create(255f);

    private float[] _values;
    private float[] _other;
    private float[] _scratch = [];

    /// <param name="channels">C, which no operator changes.</param>
    /// <param name="largest">The pixels of the largest shape that the image will have.</param>
    public HostImage(int channels, int largest)
    {
        (Channels, Stride) = (channels, ((largest / Lanes) + 2) * Lanes);
        (_values, _other) = (new float[channels * Stride], new float[channels * Stride]);
    }

    public int Channels { get; }

    public int Height { get; private set; }

    public int Width { get; private set; }

    public int Size => Height * Width;

    /// <summary>The floats from one plane to the next, room for a vector included.</summary>
    public int Stride { get; }

    /// <summary>Room for a resize or a blur to say what it does.</summary>
    public TapTable Rows { get; } = new();

    /// <summary>The same for the columns.</summary>
    public TapTable Columns { get; } = new();

    /// <summary>Whether such images have room in it.</summary>
    public bool Holds(int channels, int largest) => channels == Channels && largest + Lanes <= Stride;

    /// <summary>One channel, with the room behind it.</summary>
    public Span<float> Plane(int channel) => _values.AsSpan(channel * Stride, Stride);

    /// <summary>Where a kernel writes a channel that it can't write in place.</summary>
    public Span<float> OtherPlane(int channel) => _other.AsSpan(channel * Stride, Stride);

    /// <summary>Room for a kernel's own use.</summary>
    public Span<float> Scratch(int length)
    {
        if (_scratch.Length < length)
        {
            _scratch = new float[length];
        }

        return _scratch;
    }

    /// <summary>Makes the other planes the image.</summary>
    public void Swap(int height, int width)
    {
        (_values, _other) = (_other, _values);
        (Height, Width) = (height, width);
    }

    /// <summary>Takes an image of bytes, each divided by 255.</summary>
    public void Load(ReadOnlySpan<byte> pixels, int height, int width)
    {
        (Height, Width) = (height, width);
        for (var channel = 0; channel < Channels; channel++)
        {
            ToFloats(pixels.Slice(channel * Size, Size), Plane(channel));
        }
    }

    /// <summary>Takes an image of floats.</summary>
    public void Load(ReadOnlySpan<float> pixels, int height, int width)
    {
        (Height, Width) = (height, width);
        for (var channel = 0; channel < Channels; channel++)
        {
            pixels.Slice(channel * Size, Size).CopyTo(Plane(channel));
        }
    }

    /// <summary>Gives the image.</summary>
    public void Store(Span<float> pixels)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            Plane(channel)[..Size].CopyTo(pixels[(channel * Size)..]);
        }
    }

    private static void ToFloats(ReadOnlySpan<byte> from, Span<float> to)
    {
        var i = 0;
        for (; i + Lanes <= from.Length; i += Lanes)
        {
            var bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(in from[i])).AsByte();
            var words = Vector128.WidenLower(bytes);
            var numbers = Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
            (Vector256.ConvertToSingle(numbers) / White).StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            to[i] = from[i] / 255f;
        }
    }
}
