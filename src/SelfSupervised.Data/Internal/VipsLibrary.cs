using System.Runtime.InteropServices;

namespace SelfSupervised.Data.Internal;

/// <summary>The libvips of the machine: found, checked and set up once.</summary>
internal static class VipsLibrary
{
    private static readonly Lazy<nint> _library = new(Start);

    /// <summary>Its usual name here.</summary>
    public static string FileName =>
        OperatingSystem.IsWindows() ? "libvips-42.dll" : OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42";

    /// <summary>Makes sure that it is there, or throws what is missing.</summary>
    public static void Require() => _ = _library.Value;

    /// <summary>Loads a library that is libvips.</summary>
    public static nint Load(string fileName) =>
        NativeLibrary.TryLoad(fileName, typeof(VipsLibrary).Assembly, searchPath: null, out var library)
            ? library
            : throw new DllNotFoundException(
                $"Expected libvips to be installed, which reads folders of images, but {fileName} can't be loaded. "
                + "Debian and Ubuntu: apt-get install libvips42. macOS: brew install vips. "
                + "Windows: put the folder of libvips-42.dll (see https://www.libvips.org/install.html) on the PATH.");

    private static nint Start()
    {
        var vips = Load(FileName);
        NativeLibrary.SetDllImportResolver(typeof(VipsLibrary).Assembly, (name, _, _) => Resolve(name, vips));
        var (major, minor) = (VipsNative.Version(0), VipsNative.Version(1));
        if ((major, minor).CompareTo((8, 13)) < 0)
        {
            throw new DllNotFoundException($"Expected libvips to be version 8.13 or later, but {FileName} is {major}.{minor}.");
        }

        // libvips prints what it finds odd about a file, unless the environment says not to; our errors say it.
        VipsNative.SetEnvironment("VIPS_WARNING", "0", overwrite: 1);
        if (VipsNative.Init("SelfSupervised.Data") != 0)
        {
            throw new DllNotFoundException($"Expected {FileName} to start, but it says: {VipsNative.TakeErrors()}.");
        }

        // Who reads images decides how many threads do; and an image is read once an epoch, so nothing is worth keeping.
        // libvips up to 8.14 compiles vector code while it runs, by Orc, which corrupts memory on several threads; without
        // it, the pixels also don't depend on the processor.
        VipsNative.ConcurrencySet(1);
        VipsNative.CacheSetMax(0);
        VipsNative.VectorSetEnabled(0);
        return vips;
    }

    // Elsewhere than on Windows, a library's symbols include those of what it depends on.
    private static nint Resolve(string name, nint vips) => name switch
    {
        VipsNative.Vips => vips,
        VipsNative.GObject or VipsNative.GLib => OperatingSystem.IsWindows() ? NativeLibrary.Load($"{name}-2.0-0.dll") : vips,
        _ => 0,
    };
}
