using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Reads and writes a CPU tensor's elements in logical order, whatever its strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly T* _data;
    private readonly torch.Tensor _tensor;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        _tensor = tensor;
        (_shape, _strides, _contiguous) = (tensor.shape, tensor.stride(), tensor.is_contiguous());
        Count = tensor.numel();
        _data = Count == 0 ? null : (T*)tensor.DataPointer;
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => _data[Offset(indices)];
        set => _data[Offset(indices)] = value;
    }

    internal T ReadAt(long index) => _data[Offset(index)];

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    public Array ToNDArray()
    {
        if (_shape.Length < 2) return ToArray();
        var array = Array.CreateInstance(typeof(T), _shape);
        fixed (byte* first = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array)) CopyTo(new Span<T>(first, checked((int)Count)));
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        if (count <= 0) return;
        if (_contiguous) new ReadOnlySpan<T>(_data + tensorIndex, count).CopyTo(array[arrayIndex..]);
        else for (var i = 0; i < count; i++) array[arrayIndex + i] = _data[Offset(tensorIndex + i)];
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
        if (count <= 0) return;
        if (_contiguous) array.Slice(arrayIndex, count).CopyTo(new Span<T>(_data + tensorIndex, count));
        else for (var i = 0; i < count; i++) _data[Offset(tensorIndex + i)] = array[arrayIndex + i];
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++) yield return ReadAt(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.Count == right.Count && left.SequenceEqual(right);

    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && this == other;

    public override int GetHashCode() => _tensor.GetHashCode();

    // The tensor stays its owner's.
    public void Dispose() { }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1) return Offset(indices[0]);
        long offset = 0;
        for (var d = 0; d < _shape.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= _shape[d]) throw new IndexOutOfRangeException($"{indices[d]} >= {_shape[d]} in dimension {d}.");
            offset += indices[d] * _strides[d];
        }
        return offset;
    }

    private long Offset(long index)
    {
        if (index >= Count) throw new IndexOutOfRangeException();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (_contiguous) return index;
        long offset = 0;
        for (var d = _shape.Length - 1; d >= 0; d--)
        {
            (index, var place) = Math.DivRem(index, _shape[d]);
            offset += place * _strides[d];
        }
        return offset;
    }
}
