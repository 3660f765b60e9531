using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class LayerNorm : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(bias))] private Parameter? _bias;
        [ComponentName(Name = nameof(weight))] private Parameter? _weight;

        internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype) : base(nameof(LayerNorm))
        {
            this.normalized_shape = normalized_shape;
            this.eps = eps;
            this.elementwise_affine = elementwise_affine;
            if (elementwise_affine) weight = new Parameter(empty(normalized_shape, dtype, device));
            if (elementwise_affine && bias) this.bias = new Parameter(empty(normalized_shape, dtype, device));
            reset_parameters();
        }

        public long[] normalized_shape { get; set; }
        public double eps { get; set; }
        public bool elementwise_affine { get; set; }

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
            if (elementwise_affine) nn.init.ones_(weight);
            if (bias is not null) nn.init.zeros_(bias);
        }

        public override Tensor forward(Tensor tensor) => nn.functional.layer_norm(tensor, normalized_shape, weight, bias, eps);

        protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype);
        protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Move(new Device(deviceType, deviceIndex), null);
        protected internal override nn.Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype);

        private LayerNorm Move(Device? device, ScalarType? dtype)
        {
            if (_weight is not null && ReplaceParameter(dtype, device, _weight, out var w)) weight = w!;
            if (_bias is not null && ReplaceParameter(dtype, device, _bias, out var b)) bias = b;
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            _weight?.Dispose();
            _bias?.Dispose();
            base.Dispose(disposing);
        }
    }

    public sealed class GroupNorm : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(bias))] private Parameter? _bias;
        [ComponentName(Name = nameof(weight))] private Parameter? _weight;

        internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
        {
            this.eps = eps;
            this.affine = affine;
            this.num_groups = num_groups;
            if (!affine) return;
            // The genuine library leaves both uninitialised; a NaN says so aloud. Set them before use.
            weight = new Parameter(empty([num_channels], dtype, device));
            bias = new Parameter(empty([num_channels], dtype, device));
            nn.init.constant_(weight, double.NaN);
            nn.init.constant_(bias, double.NaN);
        }

        public long num_groups { get; set; }
        public double eps { get; set; }
        public bool affine { get; set; }

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

        public override Tensor forward(Tensor tensor)
        {
            if (tensor.Dimensions < 3) throw new ArgumentException($"Invalid number of dimensions for GroupNorm argument: {tensor.Dimensions}");
            return nn.functional.group_norm(tensor, num_groups, weight, bias, eps);
        }

        protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype);
        protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Move(new Device(deviceType, deviceIndex), null);
        protected internal override nn.Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype);

        private GroupNorm Move(Device? device, ScalarType? dtype)
        {
            if (_weight is not null && ReplaceParameter(dtype, device, _weight, out var w)) weight = w!;
            if (_bias is not null && ReplaceParameter(dtype, device, _bias, out var b)) bias = b;
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            _weight?.Dispose();
            _bias?.Dispose();
            base.Dispose(disposing);
        }
    }

    public sealed class LocalResponseNorm : ParameterLessModule<Tensor, Tensor>
    {
        internal LocalResponseNorm(long size, double alpha, double beta, double k) : base(nameof(LocalResponseNorm)) => (this.size, this.alpha, this.beta, this.k) = (size, alpha, beta, k);

        public long size { get; set; }
        public double alpha { get; set; }
        public double beta { get; set; }
        public double k { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.local_response_norm(input, size, alpha, beta, k);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) => new(normalized_shape, eps, elementwise_affine, bias, device, dtype);
            public static Modules.LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) => new([normalized_shape], eps, elementwise_affine, bias, device, dtype);
            public static Modules.GroupNorm GroupNorm(long num_groups, long num_channels, double eps = 1e-05, bool affine = true, Device? device = null, ScalarType? dtype = null) => new(num_groups, num_channels, eps, affine, device, dtype);
            public static Modules.LocalResponseNorm LocalResponseNorm(long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0) => new(size, alpha, beta, k);
        }
    }
}
