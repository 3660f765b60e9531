using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>The functions of Native/binding.cpp.</summary>
internal static unsafe partial class Native
{
    private const string Lib = "torchsharp_system";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    // The file lies beside this assembly, where the runtime does not look when the host was started elsewhere.
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Lib) return IntPtr.Zero;
        var file = Path.Combine(AppContext.BaseDirectory, $"lib{Lib}.so");
        var beside = Path.Combine(Path.GetDirectoryName(assembly.Location) ?? "", $"lib{Lib}.so");
        return NativeLibrary.Load(File.Exists(file) ? file : beside);
    }

    [LibraryImport(Lib)] private static partial byte* ts_last_error();
    [LibraryImport(Lib)] private static partial byte* ts_version();
    [LibraryImport(Lib)] internal static partial void ts_free(void* memory);
    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)] internal static partial IntPtr ts_operator(string name, string overload);
    [LibraryImport(Lib)] internal static partial int ts_call(IntPtr op, Value* arguments, int count, Value* results, int capacity);

    [LibraryImport(Lib)] internal static partial void ts_tensor_release(IntPtr t);
    [LibraryImport(Lib)] internal static partial IntPtr ts_tensor_share(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial long ts_tensor_dim(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial long ts_tensor_numel(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial long ts_tensor_element_size(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial int ts_tensor_dtype(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial int ts_tensor_layout(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial int ts_tensor_device_type(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial int ts_tensor_device_index(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial long ts_tensor_storage_offset(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial byte ts_tensor_is_contiguous(IntPtr t);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial void ts_tensor_sizes(IntPtr t, long* sizes);
    [LibraryImport(Lib), SuppressGCTransition] internal static partial void ts_tensor_strides(IntPtr t, long* strides);
    [LibraryImport(Lib)] internal static partial IntPtr ts_tensor_data(IntPtr t);
    [LibraryImport(Lib)] internal static partial byte ts_tensor_is_leaf(IntPtr t);
    [LibraryImport(Lib)] internal static partial byte ts_tensor_requires_grad(IntPtr t);
    [LibraryImport(Lib)] internal static partial int ts_tensor_set_requires_grad(IntPtr t, byte value);
    [LibraryImport(Lib)] internal static partial int ts_tensor_retain_grad(IntPtr t);
    [LibraryImport(Lib)] internal static partial IntPtr ts_tensor_grad(IntPtr t);
    [LibraryImport(Lib)] internal static partial int ts_tensor_set_grad(IntPtr t, IntPtr grad);
    [LibraryImport(Lib)] internal static partial int ts_tensor_set_data(IntPtr t, IntPtr data);
    [LibraryImport(Lib)] internal static partial IntPtr ts_tensor_from_memory(void* data, long* sizes, long dim, int dtype, IntPtr state, delegate* unmanaged<IntPtr, void> release);
    [LibraryImport(Lib)] internal static partial long ts_tensor_save(IntPtr t, byte** bytes);
    [LibraryImport(Lib)] internal static partial IntPtr ts_tensor_load(byte* bytes, long count);

    [LibraryImport(Lib)] internal static partial byte ts_grad_mode();
    [LibraryImport(Lib)] internal static partial void ts_set_grad_mode(byte enabled);
    [LibraryImport(Lib)] internal static partial byte ts_inference_mode();
    [LibraryImport(Lib)] internal static partial IntPtr ts_inference_guard(byte mode);
    [LibraryImport(Lib)] internal static partial void ts_inference_unguard(IntPtr guard);
    [LibraryImport(Lib)] internal static partial byte ts_anomaly_mode();
    [LibraryImport(Lib)] internal static partial byte ts_anomaly_checks_nan();
    [LibraryImport(Lib)] internal static partial void ts_set_anomaly_mode(byte enabled, byte checkNan);
    [LibraryImport(Lib)] internal static partial int ts_backward(IntPtr* roots, long rootCount, IntPtr* grads, long gradCount, byte retainGraph, byte createGraph, IntPtr* inputs, long inputCount);
    [LibraryImport(Lib)] internal static partial int ts_grad(IntPtr* outputs, long outputCount, IntPtr* inputs, long inputCount, IntPtr* grads, long gradCount, byte retainGraph, byte createGraph, byte allowUnused, IntPtr* results);

    [LibraryImport(Lib)] internal static partial void ts_node_callbacks(delegate* unmanaged<IntPtr, IntPtr*, long, IntPtr*, long, byte*> backward, delegate* unmanaged<IntPtr, void> release);
    [LibraryImport(Lib)] internal static partial IntPtr ts_node_new(IntPtr state, IntPtr* inputs, long count, byte executable);
    [LibraryImport(Lib)] internal static partial IntPtr ts_node_get(IntPtr node);
    [LibraryImport(Lib)] internal static partial void ts_node_release(IntPtr node);
    [LibraryImport(Lib)] internal static partial int ts_node_wrap_outputs(IntPtr node, byte executable, IntPtr* inputs, long inputCount, IntPtr* nonDifferentiable, long nonDifferentiableCount, IntPtr* dirty, long dirtyCount, IntPtr* outputs, long outputCount, IntPtr* results);
    [LibraryImport(Lib)] internal static partial IntPtr ts_saved_new(IntPtr tensor, IntPtr node);
    [LibraryImport(Lib)] internal static partial IntPtr ts_saved_unpack(IntPtr saved, IntPtr node);
    [LibraryImport(Lib)] internal static partial void ts_saved_release(IntPtr saved);

    [LibraryImport(Lib)] internal static partial IntPtr ts_generator_default(int deviceType, int deviceIndex);
    [LibraryImport(Lib)] internal static partial IntPtr ts_generator_new(ulong seed, int deviceType, int deviceIndex);
    [LibraryImport(Lib)] internal static partial void ts_generator_release(IntPtr g);
    [LibraryImport(Lib)] internal static partial int ts_generator_set_seed(IntPtr g, ulong seed);
    [LibraryImport(Lib)] internal static partial ulong ts_generator_seed(IntPtr g);
    [LibraryImport(Lib)] internal static partial IntPtr ts_generator_get_state(IntPtr g);
    [LibraryImport(Lib)] internal static partial int ts_generator_set_state(IntPtr g, IntPtr state);

    [LibraryImport(Lib)] internal static partial int ts_cuda_device_count();
    [LibraryImport(Lib)] internal static partial int ts_cuda_synchronize(int index);
    [LibraryImport(Lib)] internal static partial byte ts_cudnn_available();
    [LibraryImport(Lib)] internal static partial byte ts_allow_tf32_cublas();
    [LibraryImport(Lib)] internal static partial void ts_set_allow_tf32_cublas(byte value);
    [LibraryImport(Lib)] internal static partial byte ts_allow_tf32_cudnn();
    [LibraryImport(Lib)] internal static partial void ts_set_allow_tf32_cudnn(byte value);
    [LibraryImport(Lib)] internal static partial int ts_num_threads();
    [LibraryImport(Lib)] internal static partial void ts_set_num_threads(int count);
    [LibraryImport(Lib)] internal static partial int ts_num_interop_threads();
    [LibraryImport(Lib)] internal static partial int ts_set_num_interop_threads(int count);

    internal static string Version => Marshal.PtrToStringUTF8((IntPtr)ts_version())!;

    internal static byte Flag(bool value) => value ? (byte)1 : (byte)0;

    /// <summary>What TorchSharp throws when libtorch fails.</summary>
    internal static ExternalException Error() => new(Marshal.PtrToStringUTF8((IntPtr)ts_last_error()));

    internal static IntPtr NotNull(IntPtr result) => result != IntPtr.Zero ? result : throw Error();

    internal static void Check(int status)
    {
        if (status < 0) throw Error();
    }
}

/// <summary>An argument or a result as the native side reads it: see Tag and Value there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Value
{
    internal long Bits;
    internal Tag Tag;
    internal int Count;
}

internal enum Tag
{
    None, Default, Tensor, Int, Double, Bool, Ints, Doubles, Bools, Tensors, String, Device, Generator, Complex,
}
