using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public abstract class NormBase : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(bias))] private Parameter? _bias;
        [ComponentName(Name = nameof(weight))] private Parameter? _weight;
        [ComponentName(Name = nameof(running_mean))] private Tensor? _running_mean;
        [ComponentName(Name = nameof(running_var))] private Tensor? _running_var;
        [ComponentName(Name = nameof(num_batches_tracked))] private Tensor? _num_batches_tracked;

        public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name) : base(name)
        {
            this.num_features = num_features;
            this.eps = eps;
            this.momentum = momentum;
            this.affine = affine;
            this.track_running_stats = track_running_stats;
            if (affine)
            {
                weight = new Parameter(empty([num_features], dtype, device));
                bias = new Parameter(empty([num_features], dtype, device));
            }
            if (track_running_stats)
            {
                running_mean = zeros([num_features], dtype, device);
                running_var = ones([num_features], dtype, device);
                num_batches_tracked = tensor(0L, dtype, device);
            }
            reset_parameters();
        }

        public long num_features { get; private set; }
        public double eps { get; set; }
        public double? momentum { get; set; }
        public bool affine { get; private set; }
        public bool track_running_stats { get; private set; }

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

        public Tensor? running_mean
        {
            get => _running_mean;
            set => ConditionallyRegisterBuffer(nameof(running_mean), Exchange(ref _running_mean, value));
        }

        public Tensor? running_var
        {
            get => _running_var;
            set => ConditionallyRegisterBuffer(nameof(running_var), Exchange(ref _running_var, value));
        }

        public Tensor? num_batches_tracked
        {
            get => _num_batches_tracked;
            set => ConditionallyRegisterBuffer(nameof(num_batches_tracked), Exchange(ref _num_batches_tracked, value));
        }

        public void reset_running_stats()
        {
            if (!track_running_stats) return;
            nn.init.zeros_(_running_mean!);
            nn.init.ones_(_running_var!);
            nn.init.zeros_(_num_batches_tracked!);
        }

        public void reset_parameters()
        {
            reset_running_stats();
            if (!affine) return;
            nn.init.ones_(_weight!);
            nn.init.zeros_(_bias!);
        }

        protected abstract void ValidateInputDimensions(Tensor input);

        protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype);
        protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Move(new Device(deviceType, deviceIndex), null);
        protected internal override nn.Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype);

        private NormBase Move(Device? device, ScalarType? dtype)
        {
            if (_weight is not null && ReplaceParameter(dtype, device, _weight, out var w)) weight = w!;
            if (_bias is not null && ReplaceParameter(dtype, device, _bias, out var b)) bias = b;
            if (_running_mean is not null && ReplaceBuffer(dtype, device, _running_mean, out var mean)) running_mean = mean;
            if (_running_var is not null && ReplaceBuffer(dtype, device, _running_var, out var variance)) running_var = variance;
            if (_num_batches_tracked is not null && ReplaceBuffer(dtype, device, _num_batches_tracked, out var count)) num_batches_tracked = count;
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            _weight?.Dispose();
            _bias?.Dispose();
            _running_mean?.Dispose();
            _running_var?.Dispose();
            _num_batches_tracked?.Dispose();
            base.Dispose(disposing);
        }

        internal static void CheckRank(Tensor input, int lowest, int highest)
        {
            if (input.ndim >= lowest && input.ndim <= highest) return;
            var expected = lowest == highest ? $"{lowest}D" : $"{lowest}D or {highest}D";
            throw new ArgumentException($"expected {expected} input, but got {input.ndim}D input.");
        }
    }

    public abstract class BatchNorm : NormBase
    {
        public BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name) { }

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            double factor = momentum ?? 0.0;
            if (training && track_running_stats && num_batches_tracked is { } count)
            {
                Aten.Do("aten::add_.Scalar", count, 1);
                factor = momentum ?? 1.0 / count.to(ScalarType.Float64).item<double>();
            }
            bool fromBatch = training || (running_mean is null && running_var is null);
            bool fromStatistics = !training || track_running_stats;
            return nn.functional.batch_norm(input, fromStatistics ? running_mean : null, fromStatistics ? running_var : null, weight, bias, fromBatch, factor, eps);
        }
    }

    public sealed class BatchNorm1d : BatchNorm
    {
        internal BatchNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d)) { }

        protected override void ValidateInputDimensions(Tensor input) => CheckRank(input, 2, 3);
    }

    public sealed class BatchNorm2d : BatchNorm
    {
        internal BatchNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d)) { }

        protected override void ValidateInputDimensions(Tensor input) => CheckRank(input, 4, 4);
    }

    public abstract class InstanceNorm : NormBase
    {
        public InstanceNorm(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(num_features, eps, momentum ?? 0.1, affine, track_running_stats, device, dtype, name) { }

        protected abstract long GetNumberOfBatchDimensions();

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            int channels = (int)(input.ndim - GetNumberOfBatchDimensions());
            if (input.size(channels) != num_features)
                throw new ArgumentException($"expected input's size at dim={channels} to match num_features ({num_features}), but got: {input.size(channels)}.");
            if (channels != 0) return Normalised(input);
            using var batched = input.unsqueeze(0);
            using var result = Normalised(batched);
            return result.squeeze(0);
        }

        private Tensor Normalised(Tensor input)
            => nn.functional.instance_norm(input, running_mean, running_var, weight, bias, training || !track_running_stats, momentum ?? 0.1, eps);
    }

    public sealed class InstanceNorm1d : InstanceNorm
    {
        internal InstanceNorm1d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm1d)) { }

        protected override long GetNumberOfBatchDimensions() => 2;
        protected override void ValidateInputDimensions(Tensor input) => CheckRank(input, 2, 3);
    }

    public sealed class InstanceNorm2d : InstanceNorm
    {
        internal InstanceNorm2d(long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm1d)) { }

        protected override long GetNumberOfBatchDimensions() => 3;
        protected override void ValidateInputDimensions(Tensor input) => CheckRank(input, 3, 4);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.BatchNorm1d BatchNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.InstanceNorm1d InstanceNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
            public static Modules.InstanceNorm2d InstanceNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null) => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
