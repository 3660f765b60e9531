
namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => Native.ts_tensor_dim(Handle);
        public long dim() => Dimensions;
        public long ndim => Dimensions;

        public long NumberOfElements => Native.ts_tensor_numel(Handle);
        public long numel() => NumberOfElements;

        public long ElementSize => Native.ts_tensor_element_size(Handle);
        public long element_size() => ElementSize;

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* p = sizes) Native.ts_tensor_sizes(Handle, p);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim) => Aten.CallLong("aten::size.int", this, dim);

        public unsafe long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* p = strides) Native.ts_tensor_strides(Handle, p);
            return strides;
        }

        public long stride(int dim) => Aten.CallLong("aten::stride.int", this, dim);

        public long storage_offset() => Native.ts_tensor_storage_offset(Handle);

        public ScalarType dtype => (ScalarType)Native.ts_tensor_dtype(Handle);

        public Device device => device_type == DeviceType.CPU ? new Device(DeviceType.CPU) : new Device(device_type, device_index);
        public DeviceType device_type => (DeviceType)Native.ts_tensor_device_type(Handle);
        public int device_index => Native.ts_tensor_device_index(Handle);

        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_sparse => Native.ts_tensor_layout(Handle) == 1;
        public bool is_contiguous() => Native.ts_tensor_is_contiguous(Handle) != 0;
        public bool is_pinned() => Aten.CallBool("aten::is_pinned", this, Arg.None);

        public bool is_integral() => dtype.IsIntegral();
        public bool is_floating_point() => dtype.IsFloatingPoint();
        public bool is_complex() => dtype.IsComplex();

        public bool is_nonzero() => numel() == 1
            ? Aten.CallBool("aten::is_nonzero", this)
            : throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");

        public bool is_leaf => Native.ts_tensor_is_leaf(Handle) != 0;

        public bool requires_grad
        {
            get => Native.ts_tensor_requires_grad(Handle) != 0;
            set => Native.Check(Native.ts_tensor_set_requires_grad(Handle, Native.Flag(value)));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => Native.Check(Native.ts_tensor_retain_grad(Handle));

        public Tensor? grad
        {
            get => Native.ts_tensor_grad(Handle) is var g && g != IntPtr.Zero ? new Tensor(g) : null;
            set => Native.Check(Native.ts_tensor_set_grad(Handle, value?.Handle ?? IntPtr.Zero));
        }

        public unsafe void backward()
        {
            var root = Handle;
            Native.Check(Native.ts_backward(&root, 1, null, 0, 0, 0, null, 0));
            GC.KeepAlive(this);
        }

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
