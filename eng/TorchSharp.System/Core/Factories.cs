using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device ?? CPU);

    // The array's own memory is the tensor's, unless another type or device is asked for.
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var shape = new long[rawArray.Rank];
        for (var i = 0; i < shape.Length; i++) shape[i] = rawArray.GetLength(i);
        return FromArray(rawArray, shape, dtype, device, requires_grad, names);
    }

    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength) throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count > rawArray.LongLength - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");
        using var scope = NewDisposeScope();
        var all = FromArray(rawArray, [rawArray.LongLength], null, CPU, false, null);
        var part = Aten.Call("aten::narrow", all, 0L, offset, count < 0 ? rawArray.LongLength - offset : count);
        return part.to(dtype).requires_grad_(requires_grad).MoveToOuterDisposeScope();
    }

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null)
    {
        var (type, place) = (dtype ?? data.dtype, device ?? data.device);
        return data.ToCopies(type, place) ? data.to(type, place).requires_grad_(data.requires_grad) : data.alias();
    }

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    /// <summary>A tensor over a copy of <paramref name="data"/>.</summary>
    private static unsafe Tensor Copied<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) where T : unmanaged
    {
        RefuseNames(names);
        CheckTotal(dimensions, data.Length);
        var own = ScalarTypes.Of(typeof(T));
        using var scope = NewDisposeScope();
        var result = Aten.Call("aten::empty.memory_format", dimensions.ToArray(), own);
        if (data.Length > 0) data[..(int)result.numel()].CopyTo(new Span<T>(result.DataPointer, (int)result.numel()));
        return Converted(result, own, dtype, device, requires_grad).MoveToOuterDisposeScope();
    }

    private static Tensor Scalar0<T>(T value, ScalarType? dtype, Device? device, bool requires_grad) where T : unmanaged
        => Copied<T>([value], [], dtype, device, requires_grad, null);

    private static Tensor CopiedArray<T>(Array data, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) where T : unmanaged
    {
        Span<long> dimensions = stackalloc long[data.Rank];
        for (var i = 0; i < dimensions.Length; i++) dimensions[i] = data.GetLength(i);
        var elements = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(data)), data.Length);
        return Copied(elements, dimensions, dtype, device, requires_grad, names);
    }

    private static ReadOnlySpan<T> SpanOf<T>(IList<T> list) => list switch
    {
        T[] array => array,
        List<T> items => CollectionsMarshal.AsSpan(items),
        _ => list.ToArray(),
    };

    private static unsafe Tensor FromArray(Array array, long[] dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        RefuseNames(names);
        CheckTotal(dimensions, array.LongLength);
        var own = ScalarTypes.Of(array.GetType().GetElementType()!);
        using var scope = NewDisposeScope();
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        fixed (long* sizes = dimensions)
        {
            var result = new Tensor(Native.NotNull(Native.ts_tensor_from_memory((void*)pin.AddrOfPinnedObject(), sizes, dimensions.Length, (int)own, GCHandle.ToIntPtr(pin), &Unpin)));
            return Converted(result, own, dtype, device, requires_grad).MoveToOuterDisposeScope();
        }
    }

    [UnmanagedCallersOnly]
    private static void Unpin(IntPtr handle) => GCHandle.FromIntPtr(handle).Free();

    private static Tensor Converted(Tensor tensor, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad)
    {
        device = InitializeDevice(device);
        // As in the genuine one: on the CPU a conversion is part of the graph, and what comes back then is no leaf.
        if (requires_grad && device.type == DeviceType.CPU) tensor.requires_grad_();
        if (tensor.ToCopies(dtype ?? own, device)) tensor = tensor.to(dtype ?? own, device);
        return requires_grad && device.type != DeviceType.CPU ? tensor.requires_grad_() : tensor;
    }

    private static void CheckTotal(ReadOnlySpan<long> dimensions, long available)
    {
        var total = 1L;
        foreach (var size in dimensions) total *= size;
        if (total > available) throw new ArgumentException($"mismatched total size creating a tensor from an array: {total} vs. {available}");
    }

    // Named dimensions are not bound here; to ignore a name would be to lose it.
    internal static void RefuseNames(string[]? names)
    {
        if (names is { Length: > 0 }) throw new NotSupportedException("Named dimensions are not part of the system provider's TorchSharp.");
    }
}
