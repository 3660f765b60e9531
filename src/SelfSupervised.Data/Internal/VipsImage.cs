namespace SelfSupervised.Data.Internal;

/// <summary>An image of libvips: its header is known, its pixels are computed when they are asked for.</summary>
internal readonly ref struct VipsImage(nint handle) : IDisposable
{
    private const int UnsignedByte = 0;
    private const int BlackAndWhite = 1;
    private const int SRgb = 22;
    private const int FailOnError = 2;
    private const int Sequential = 1;
    private const int AsTold = 3;

    public nint Handle => handle;

    public int Width => VipsNative.ImageWidth(handle);

    public int Height => VipsNative.ImageHeight(handle);

    /// <summary>1 for grey, 3 for colour, and one more if there is alpha.</summary>
    public int Bands => VipsNative.ImageBands(handle);

    /// <summary>How the camera was held, by EXIF: 1 is upright, 5 to 8 lie on their side.</summary>
    public int Orientation => VipsNative.ImageOrientation(handle);

    /// <summary>Whether it has bytes of grey or sRGB, perhaps with alpha.</summary>
    public bool IsPlain => VipsNative.ImageFormat(handle) == UnsignedByte && VipsNative.ImageInterpretation(handle) switch
    {
        BlackAndWhite => Bands is 1 or 2,
        SRgb => Bands is 3 or 4,
        _ => false,
    };

    /// <summary>Reads the header of an encoded image. What is wrong with the rest is known once pixels are asked for.</summary>
    /// <param name="format">jpeg or png.</param>
    /// <param name="data">The encoded bytes, which must stay where they are until the image is gone.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="shrink">For jpeg: by what to divide height and width, 1, 2, 4 or 8.</param>
    public static VipsImage Load(string format, nint data, int length, int shrink = 1)
    {
        using var load = new VipsOperation($"{format}load_buffer");
        load.Set("buffer", data, length);
        load.Set("fail-on", FailOnError);
        load.Set("access", Sequential);
        if (shrink > 1)
        {
            load.Set("shrink", shrink);
        }

        return load.Run();
    }

    /// <summary>The image, upright and plain, at another size.</summary>
    public VipsImage Scale(int width, int height)
    {
        using var thumbnail = new VipsOperation("thumbnail_image");
        thumbnail.Set("in", this);
        thumbnail.Set("width", width);
        thumbnail.Set("height", height);
        thumbnail.Set("size", AsTold);
        using var scaled = thumbnail.Run();
        using var colours = new VipsOperation("colourspace");
        colours.Set("in", scaled);
        colours.Set("space", scaled.Bands < 3 ? BlackAndWhite : SRgb);
        return colours.Run();
    }

    /// <summary>Computes pixels of a plain image, row after row, on this thread: without what starting a pipeline costs.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="width">How many columns.</param>
    /// <param name="height">How many rows.</param>
    /// <param name="pixels">Exactly as many bytes.</param>
    public unsafe void Read(int left, int top, int width, int height, Span<byte> pixels)
    {
        var region = VipsOperation.NotNull(VipsNative.RegionNew(handle));
        try
        {
            var fetched = VipsOperation.NotNull(VipsNative.RegionFetch(region, left, top, width, height, out _));
            new ReadOnlySpan<byte>((void*)fetched, pixels.Length).CopyTo(pixels);
            VipsNative.Free(fetched);
        }
        finally
        {
            VipsNative.ObjectUnref(region);
        }
    }

    /// <summary>The header in words.</summary>
    public string Description =>
        $"{Width} x {Height} of {Bands} bands, format {VipsNative.ImageFormat(handle)}, interpretation {VipsNative.ImageInterpretation(handle)}";

    public void Dispose() => VipsNative.ObjectUnref(handle);
}
