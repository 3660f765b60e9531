using System.Runtime.InteropServices;

namespace SelfSupervised.Core;

/// <summary>The C library's heap, which libtorch takes the memory of CPU tensors from.</summary>
public static unsafe class NativeHeap
{
    // The numbers of malloc.h.
    private const int TrimThreshold = -1;
    private const int MmapMax = -4;

    /// <summary>Lets the process keep the memory of tensors that are freed, for the next ones.</summary>
    /// <remarks>
    /// glibc gives the memory of large tensors back to the system, and each step of training then gets it again, page by page, zeroed: that can take a
    /// third of a step on a CPU. With this the heap is never trimmed and never bypassed (<c>M_TRIM_THRESHOLD</c> = −1 and <c>M_MMAP_MAX</c> = 0 of
    /// mallopt(3)), so the process stays as large as it was at its peak. Call it once, first of all, in a program that trains on a CPU; it holds
    /// for the whole process and can't be taken back. No result changes by it.
    /// </remarks>
    /// <returns>Whether it holds now. False where the C library is not glibc: on Windows, macOS and musl; nothing is changed there.</returns>
    /// <example><code>NativeHeap.TryKeepFreedMemory();</code></example>
    public static bool TryKeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var library))
        {
            return false;
        }

        // musl has neither, or a mallopt that does nothing.
        if (!NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _) || !NativeLibrary.TryGetExport(library, "mallopt", out var address))
        {
            return false;
        }

        var mallopt = (delegate* unmanaged[Cdecl]<int, int, int>)address;
        return mallopt(TrimThreshold, -1) == 1 && mallopt(MmapMax, 0) == 1;
    }
}
