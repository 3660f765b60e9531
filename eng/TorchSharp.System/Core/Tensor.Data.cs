using System.Numerics;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        internal unsafe void* DataPointer => (void*)Native.NotNull(Native.ts_tensor_data(Handle));

        private long ByteCount => NumberOfElements * ElementSize;

        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException($"Number of elements in the tensor must be 1, but is {NumberOfElements}.");
            using var accessor = data<T>();
            return accessor[0];
        }

        public Scalar ToScalar() => Aten.CallScalar("aten::item", this);

        internal void ValidateType(Type type)
        {
            var expected = ScalarTypes.ClrType(dtype);
            if (type != expected) throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
        }

        /// <summary>The tensor's own memory: contiguous and on the CPU only.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                ValidateBytes();
                if (ByteCount > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                return ByteCount == 0 ? [] : new Span<byte>(DataPointer, (int)ByteCount);
            }
            set
            {
                if (!is_contiguous()) throw new InvalidOperationException("SetBytes() called on non-contiguous tensor.");
                if (ByteCount != value.Length) throw new ArgumentException("Mismatched data sizes in SetBytes().");
                value.CopyTo(bytes);
            }
        }

        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            ValidateBytes();
            if (ByteCount == 0) return;
            using var memory = new UnmanagedMemoryStream((byte*)DataPointer, ByteCount);
            memory.CopyTo(stream, Math.Max(bufferSize, 81920));
            GC.KeepAlive(this);
        }

        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            ValidateBytes();
            var rest = ByteCount;
            if (rest == 0) return;
            for (var p = (byte*)DataPointer; rest > 0;)
            {
                var read = stream.Read(new Span<byte>(p, (int)Math.Min(rest, int.MaxValue)));
                if (read == 0) throw new EndOfStreamException();
                p += read;
                rest -= read;
            }
            GC.KeepAlive(this);
        }

        private void ValidateBytes()
        {
            if (!is_contiguous()) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }

        public T ReadCpuValue<T>(long i) where T : unmanaged
        {
            ValidateType(typeof(T));
            using var accessor = new TensorAccessor<T>(this);
            return accessor.ReadAt(i);
        }

        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);
        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);
        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);
        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);
        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);
        public sbyte ReadCpuSByte(long i) => ReadCpuValue<sbyte>(i);
        public short ReadCpuInt16(long i) => ReadCpuValue<short>(i);
        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);

        // libtorch's own format, torch.save's.
        public unsafe void save(string location)
        {
            byte* bytes;
            var count = Native.ts_tensor_save(Handle, &bytes);
            Native.Check(count < 0 ? -1 : 0);
            try
            {
                using var memory = new UnmanagedMemoryStream(bytes, count);
                using var file = File.Create(location);
                memory.CopyTo(file);
            }
            finally
            {
                Native.ts_free(bytes);
            }
        }

        public static unsafe Tensor load(string location)
        {
            var content = File.ReadAllBytes(location);
            fixed (byte* p = content) return new Tensor(Native.NotNull(Native.ts_tensor_load(p, content.LongLength)));
        }

        // .NET's format: dtype, rank, sizes, bytes.
        public static Tensor Load(BinaryReader reader) => TensorExtensionMethods.Load(reader);

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            return Load(reader);
        }

        public static Tensor Load(string location)
        {
            using var stream = File.OpenRead(location);
            return Load(stream);
        }

        public static implicit operator Tensor(byte value) => tensor(value);
        public static implicit operator Tensor(sbyte value) => tensor(value);
        public static implicit operator Tensor(short value) => tensor(value);
        public static implicit operator Tensor(int value) => tensor(value);
        public static implicit operator Tensor(long value) => tensor(value);
        public static implicit operator Tensor(float value) => tensor(value);
        public static implicit operator Tensor(double value) => tensor(value);
        public static implicit operator Tensor(bool value) => tensor(value);
        public static implicit operator Tensor(Complex value) => Scalar0(value, null, null, false);
        public static implicit operator Tensor(byte[] value) => tensor(value);
        public static implicit operator Tensor(sbyte[] value) => tensor(value);
        public static implicit operator Tensor(short[] value) => tensor(value);
        public static implicit operator Tensor(int[] value) => tensor(value);
        public static implicit operator Tensor(long[] value) => tensor(value);
        public static implicit operator Tensor(float[] value) => tensor(value);
        public static implicit operator Tensor(double[] value) => tensor(value);
        public static implicit operator Tensor(bool[] value) => tensor(value);
        // Only there so that an overload that takes a Scalar is the better one for a number.
        public static implicit operator Tensor(Scalar scalar) => throw new InvalidOperationException("A Scalar is no Tensor: make one with torch.tensor.");
        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator bool(Tensor value) => value.ToBoolean();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator sbyte(Tensor value) => value.ToSByte();
        public static explicit operator short(Tensor value) => value.ToInt16();
    }
}
