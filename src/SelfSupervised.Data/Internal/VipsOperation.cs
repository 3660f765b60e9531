namespace SelfSupervised.Data.Internal;

/// <summary>One operation of libvips: it is made by name, given arguments, and run once for its image.</summary>
internal readonly ref struct VipsOperation : IDisposable
{
    private readonly nint _handle;

    public VipsOperation(string name) => _handle = NotNull(VipsNative.OperationNew(name));

    /// <summary>Sets a number, an enumeration or a boolean.</summary>
    public void Set(string argument, int number)
    {
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.TypeInt);
        VipsNative.ValueSetInt(ref value, number);
        Set(argument, ref value);
    }

    /// <summary>Sets bytes, which must stay where they are until the operation's image is gone.</summary>
    public void Set(string argument, nint data, int length)
    {
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.BlobType());
        VipsNative.ValueSetBlob(ref value, 0, data, (nuint)length);
        Set(argument, ref value);
    }

    public void Set(string argument, VipsImage image)
    {
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.ImageType());
        VipsNative.ValueSetObject(ref value, image.Handle);
        Set(argument, ref value);
    }

    /// <summary>Runs it. The image computes its pixels once they are asked for.</summary>
    public VipsImage Run()
    {
        if (VipsNative.ObjectBuild(_handle) != 0)
        {
            throw new VipsException();
        }

        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.ImageType());
        VipsNative.ObjectGetProperty(_handle, "out", ref value);
        var image = VipsNative.ValueDupObject(ref value);
        VipsNative.ValueUnset(ref value);
        return new VipsImage(NotNull(image));
    }

    public void Dispose()
    {
        VipsNative.ObjectUnrefOutputs(_handle);
        VipsNative.ObjectUnref(_handle);
    }

    public static nint NotNull(nint handle) => handle != 0 ? handle : throw new VipsException();

    private void Set(string argument, ref VipsNative.GValue value)
    {
        VipsNative.ObjectSetProperty(_handle, argument, ref value);
        VipsNative.ValueUnset(ref value);
    }
}
