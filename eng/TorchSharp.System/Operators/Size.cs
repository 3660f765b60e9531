using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The lengths of a tensor's dimensions. As in TorchSharp, two of them are equal when they hold the same array.</summary>
    public struct Size : IEnumerable<long>
    {
#pragma warning disable CA2211 // A field of TorchSharp's, as it is there.
        public static Size Empty = new(Array.Empty<long>());
#pragma warning restore CA2211

        private readonly long[] lengths;

        public Size(long[] shape) => lengths = [.. shape];
        public Size(IEnumerable<long> shape) => lengths = [.. shape];
        public Size(int[] shape) => lengths = Array.ConvertAll(shape, length => (long)length);
        public Size(long size) => lengths = [size];
        public Size(int size) => lengths = [size];
        public Size((long, long) size) => lengths = [size.Item1, size.Item2];
        public Size((int, int) size) : this(((long, long))size) { }
        public Size((long, long, long) size) => lengths = [size.Item1, size.Item2, size.Item3];
        public Size((int, int, int) size) : this(((long, long, long))size) { }
        public Size((long, long, long, long) size) => lengths = [size.Item1, size.Item2, size.Item3, size.Item4];
        public Size((int, int, int, int) size) : this(((long, long, long, long))size) { }
        public Size((long, long, long, long, long) size) => lengths = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5];
        public Size((int, int, int, int, int) size) : this(((long, long, long, long, long))size) { }
        public Size((long, long, long, long, long, long) size) => lengths = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6];
        public Size((int, int, int, int, int, int) size) : this(((long, long, long, long, long, long))size) { }

        public bool IsEmpty => lengths.Length == 0;
        public bool IsScalar => IsEmpty;
        public int Length => lengths.Length;
        public long[] Shape => lengths;
        public long this[int idx] => lengths[idx];
        public long this[long idx] => lengths[idx];

        public static implicit operator Size(long size) => new(size);
        public static implicit operator Size(long[] size) => new(size);
        public static implicit operator Size((long, long) size) => new(size);
        public static implicit operator Size((long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long, long) size) => new(size);
        public static implicit operator Size((long, long, long, long, long, long) size) => new(size);

        public static Size operator +(Size left, Size right) => new([.. left.lengths, .. right.lengths]);
        public static Size operator +(Size left, IEnumerable<long> right) => new([.. left.lengths, .. right]);
        public static bool operator ==(Size left, Size right) => ReferenceEquals(left.lengths, right.lengths);
        public static bool operator !=(Size left, Size right) => !(left == right);
        public override bool Equals(object? obj) => obj is Size other && this == other;
        public override int GetHashCode() => lengths.GetHashCode();

        public Size Slice(int first, int next)
        {
            if (first < 0) first += Length;
            if (next < 0) next += Length;
            if (next <= first) return Empty;
            return first == 0 && next == Length ? this : new(lengths.Skip(first).Take(next - first));
        }

        public long numel() => lengths.Aggregate(1L, (count, length) => count * length);
        public IEnumerable<long> Take(int i) => lengths.Take(i);
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)lengths).GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
