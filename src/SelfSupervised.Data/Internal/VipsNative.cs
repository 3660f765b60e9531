using System.Runtime.InteropServices;

namespace SelfSupervised.Data.Internal;

/// <summary>
/// What is used of libvips and GObject. Functions of variable arguments, which libvips offers first, can't be called
/// from .NET on every machine, so operations are made by name and given their arguments as properties.
/// </summary>
internal static partial class VipsNative
{
    public const string Vips = "libvips";
    public const string GObject = "libgobject";
    public const string GLib = "libglib";

    /// <summary>GLib's fundamental type gint; it is transformed to an enumeration or a boolean where one is asked for.</summary>
    public const nuint TypeInt = 6 << 2;

    [LibraryImport(Vips, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Init(string programName);

    [LibraryImport(Vips, EntryPoint = "vips_version")]
    public static partial int Version(int part);

    [LibraryImport(Vips, EntryPoint = "vips_concurrency_set")]
    public static partial void ConcurrencySet(int threads);

    [LibraryImport(Vips, EntryPoint = "vips_cache_set_max")]
    public static partial void CacheSetMax(int operations);

    [LibraryImport(Vips, EntryPoint = "vips_vector_set_enabled")]
    public static partial void VectorSetEnabled(int enabled);

    [LibraryImport(Vips, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OperationNew(string name);

    [LibraryImport(Vips, EntryPoint = "vips_object_build")]
    public static partial int ObjectBuild(nint operation);

    [LibraryImport(Vips, EntryPoint = "vips_object_unref_outputs")]
    public static partial void ObjectUnrefOutputs(nint operation);

    [LibraryImport(Vips, EntryPoint = "vips_blob_get_type")]
    public static partial nuint BlobType();

    [LibraryImport(Vips, EntryPoint = "vips_value_set_blob")]
    public static partial void ValueSetBlob(ref GValue value, nint free, nint data, nuint length);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_type")]
    public static partial nuint ImageType();

    [LibraryImport(Vips, EntryPoint = "vips_image_get_width")]
    public static partial int ImageWidth(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_height")]
    public static partial int ImageHeight(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_bands")]
    public static partial int ImageBands(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_format")]
    public static partial int ImageFormat(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_interpretation")]
    public static partial int ImageInterpretation(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_orientation")]
    public static partial int ImageOrientation(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_region_new")]
    public static partial nint RegionNew(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_region_fetch")]
    public static partial nint RegionFetch(nint region, int left, int top, int width, int height, out nuint length);

    [LibraryImport(GObject, EntryPoint = "g_value_init")]
    public static partial nint ValueInit(ref GValue value, nuint type);

    [LibraryImport(GObject, EntryPoint = "g_value_set_int")]
    public static partial void ValueSetInt(ref GValue value, int number);

    [LibraryImport(GObject, EntryPoint = "g_value_set_object")]
    public static partial void ValueSetObject(ref GValue value, nint instance);

    [LibraryImport(GObject, EntryPoint = "g_value_dup_object")]
    public static partial nint ValueDupObject(ref GValue value);

    [LibraryImport(GObject, EntryPoint = "g_value_unset")]
    public static partial void ValueUnset(ref GValue value);

    [LibraryImport(GObject, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ObjectSetProperty(nint instance, string name, ref GValue value);

    [LibraryImport(GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ObjectGetProperty(nint instance, string name, ref GValue value);

    [LibraryImport(GObject, EntryPoint = "g_object_unref")]
    public static partial void ObjectUnref(nint instance);

    [LibraryImport(GLib, EntryPoint = "g_setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironment(string variable, string value, int overwrite);

    [LibraryImport(GLib, EntryPoint = "g_free")]
    public static partial void Free(nint memory);

    /// <summary>What libvips has said of errors since it was last asked, on whichever thread.</summary>
    public static string TakeErrors()
    {
        var text = Marshal.PtrToStringUTF8(ErrorBuffer()) ?? "";
        ErrorClear();
        return string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct());
    }

    [LibraryImport(Vips, EntryPoint = "vips_error_buffer")]
    private static partial nint ErrorBuffer();

    [LibraryImport(Vips, EntryPoint = "vips_error_clear")]
    private static partial void ErrorClear();

    /// <summary>GLib's GValue: a type, and room for a value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct GValue
    {
        public nuint Type;
        public ulong First;
        public ulong Second;
    }
}
