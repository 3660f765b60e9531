using System.Runtime.InteropServices;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>What libvips itself counts of what is alive in it.</summary>
internal static class VipsState
{
    private static readonly nint _library = VipsLibrary.Load(VipsLibrary.FileName);
    private static readonly Count _allocations = Function<Count>("vips_tracked_get_allocs");
    private static readonly Map _map = Function<Map>("vips_object_map");

    private delegate int Count();

    private delegate nint Visit(nint instance, nint first, nint second);

    private delegate nint Map(Visit visit, nint first, nint second);

    /// <summary>Blocks of pixels.</summary>
    public static int Allocations => _allocations();

    /// <summary>Images, regions, operations.</summary>
    public static int Objects
    {
        get
        {
            var objects = 0;
            _map((_, _, _) => { objects++; return 0; }, 0, 0);
            return objects;
        }
    }

    private static T Function<T>(string name) => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(_library, name));
}
