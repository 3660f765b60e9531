namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Another handle to the same libtorch tensor.</summary>
        public Tensor alias() => new(Native.ts_tensor_share(Handle));
        public Tensor clone() => Aten.Call("aten::clone", this);
        public Tensor contiguous() => Aten.Call("aten::contiguous", this);
        public Tensor detach() => Aten.Call("aten::detach", this);

        public Tensor detach_()
        {
            Aten.Do("aten::detach_", this);
            return this;
        }

        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            Aten.Do("aten::copy_", this, source, nonBlocking);
            return this;
        }

        public Tensor set_(Tensor source)
        {
            Aten.Do("aten::set_.source_Tensor", this, source);
            return this;
        }

        public Tensor pin_memory() => Aten.Call("aten::pin_memory", this, Arg.None);

        public Tensor cpu() => To(null, CPU, false, false, false);

        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA) throw new ArgumentException("Not a CUDA device.", nameof(device));
            return To(null, device ?? new Device(DeviceType.CUDA), false, false, non_blocking);
        }

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(type, null, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(type, null, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(null, device, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(null, new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(null, new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
            => To(type, device, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => To(other.dtype, other.device, false, false, non_blocking);

        public Tensor type(ScalarType dtype) => to(dtype);
        public Tensor type(Func<Tensor, Tensor> typeFunc) => typeFunc(this);
        public Tensor type_as(Tensor tensor) => to(tensor.dtype);

        public Tensor @bool() => to(ScalarType.Bool);
        public Tensor @byte() => to(ScalarType.Byte);
        public Tensor @char() => to(ScalarType.Int8);
        public Tensor @short() => to(ScalarType.Int16);
        public Tensor @int() => to(ScalarType.Int32);
        public Tensor @long() => to(ScalarType.Int64);
        public Tensor @float() => to(ScalarType.Float32);
        public Tensor @double() => to(ScalarType.Float64);
        public Tensor half() => to(ScalarType.Float16);
        public Tensor bfloat16() => to(ScalarType.BFloat16);

        /// <summary>Whether `to` would make a new tensor rather than another name of this one.</summary>
        internal bool ToCopies(ScalarType type, Device device)
            => dtype != type || device_type != device.type || (device.index >= 0 && device.index != device_index);

        private Tensor To(ScalarType? type, Device? device, bool copy, bool disposeAfter, bool nonBlocking)
        {
            if (device is not null) InitializeDeviceType(device.type);
            var result = Aten.Call("aten::to.dtype_layout", this, type, Arg.None, device, Arg.None, nonBlocking, copy);
            if (disposeAfter) Dispose();
            return result;
        }
    }
}
