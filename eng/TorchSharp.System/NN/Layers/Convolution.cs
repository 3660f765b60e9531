using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp
{
    public enum PaddingModes { Zeros = 0, Reflect = 1, Replicate = 2, Circular = 3, Constant = 4 }

    public enum Padding { Valid = 0, Same = 1 }
}

namespace TorchSharp.Modules
{
    public abstract class Convolution : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(bias))] protected Parameter? _bias;
        [ComponentName(Name = nameof(weight))] protected Parameter? _weight;

        // What pad() takes ahead of a convolution whose padding is not zeros: the last dimension first, both sides of each.
        protected long[] _reversed_padding_repeated_twice = [];

        protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null) : base(name)
        {
            if (transposed && padding_mode != PaddingModes.Zeros)
                throw new ArgumentException("Only PaddingModes.Zeros is supported for ConvTransposeND", nameof(padding_mode));
            this.in_channels = in_channels;
            this.out_channels = out_channels;
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.dilation = dilation;
            this.transposed = transposed;
            this.output_padding = output_padding;
            this.groups = groups;
            this.padding_mode = padding_mode;
            if (padding_type is { } kind) SetPadding(kind);
            else SetPadding(padding ?? new long[kernel_size.Length]);

            long[] channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups];
            weight = new Parameter(empty([.. channels, .. kernel_size], dtype, device));
            if (bias) this.bias = new Parameter(empty([out_channels], dtype, device));
            reset_parameters();
        }

        public long in_channels { get; }
        public long out_channels { get; }
        public bool transposed { get; }
        public Padding? padding_type { get; private set; }
        public long[]? padding { get; private set; }
        public PaddingModes padding_mode { get; set; }
        public long groups { get; set; }
        public long[] kernel_size { get; set; }
        public long[] stride { get; set; }
        public long[] dilation { get; set; }
        public long[] output_padding { get; set; }

        public Parameter? bias
        {
            get => _bias;
            set => ConditionallyRegisterParameter(nameof(bias), Exchange(ref _bias, value));
        }

        public Parameter weight
        {
            get => _weight!;
            set { if (value.Handle != _weight?.Handle) ConditionallyRegisterParameter(nameof(weight), Exchange(ref _weight, value)); }
        }

        public void reset_parameters()
        {
            nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
            var (fanIn, _) = nn.init.CalculateFanInAndFanOut(weight);
            if (bias is null || fanIn == 0) return;
            var bound = 1 / Math.Sqrt(fanIn);
            nn.init.uniform_(bias, -bound, bound);
        }

        public void SetPadding(long[] padding)
        {
            padding_type = null;
            this.padding = padding;
            _reversed_padding_repeated_twice = [.. padding.Reverse().SelectMany(size => new[] { size, size })];
        }

        public void SetPadding(Padding padding)
        {
            if (transposed) throw new ArgumentException("Cannot set padding type on ConvTransposeND");
            this.padding = null;
            padding_type = padding;
            _reversed_padding_repeated_twice = new long[2 * kernel_size.Length];
            if (padding != Padding.Same) return;
            if (stride.Any(step => step != 1)) throw new ArgumentException("padding='same' is not supported for strided convolutions");
            for (int i = 0; i < kernel_size.Length; i++)
            { // not reversed, as in the genuine library
                long total = dilation[i] * (kernel_size[i] - 1);
                _reversed_padding_repeated_twice[2 * i] = total / 2;
                _reversed_padding_repeated_twice[2 * i + 1] = total - total / 2;
            }
        }

        protected bool ValidateShape(Tensor input, long dimensions)
        {
            var shape = input.shape;
            return (shape.Length == dimensions + 2 && shape[1] == in_channels) || (shape.Length == dimensions + 1 && shape[0] == in_channels);
        }

        protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype);
        protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Move(new Device(deviceType, deviceIndex), null);
        protected internal override nn.Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype);

        private Convolution Move(Device? device, ScalarType? dtype)
        {
            if (_weight is not null && ReplaceParameter(dtype, device, _weight, out var w)) weight = w!;
            if (_bias is not null && ReplaceParameter(dtype, device, _bias, out var b)) bias = b;
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            if (!disposing) return;
            _weight?.Dispose();
            _bias?.Dispose();
        }
    }

    public abstract class ConvolutionTranspose : Convolution
    {
        protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null)
            : base(name, in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed, output_padding, groups, bias, padding_mode, device, dtype) { }

        public override Tensor forward(Tensor input) => forward(input, null);

        public abstract Tensor forward(Tensor input, long[]? output_size);

        // Without a size asked for: the first output padding stands for all dimensions, as in the genuine library.
        protected long[] _output_padding(Tensor input, long[]? output_size, long[] kernel_size, long[] stride, long[] padding, long[] dilation, long num_spatial_dims)
        {
            if (output_size is null) return [output_padding[0]];
            int first = input.dim() == num_spatial_dims + 2 ? 2 : 1;
            if (output_size.Length == first + num_spatial_dims) output_size = output_size[first..];
            if (output_size.Length != num_spatial_dims)
                throw new ArgumentException($"ConvTranspose{num_spatial_dims}D: for {input.dim()}D input, output_size must have {num_spatial_dims} or {first + num_spatial_dims} elements (got {output_size.Length})", nameof(input));
            var extra = new long[num_spatial_dims];
            for (int i = 0; i < extra.Length; i++)
            {
                long smallest = (input.size(i + first) - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel_size[i] - 1) + 1;
                extra[i] = output_size[i] - smallest;
                if (extra[i] < 0 || extra[i] >= stride[i])
                    throw new ArgumentException($"Requested an output size of {output_size[i]}, but valid sizes range from {smallest} to {smallest + stride[i] - 1}");
            }
            return extra;
        }
    }
}
