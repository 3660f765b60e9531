using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly long _padding;
        private readonly double? _maxNorm;
        private readonly double _normType;
        private readonly bool _scaleGradient, _sparse;

        internal Embedding(Parameter weight, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) : base(nameof(Embedding))
        {
            long rows = weight.size(0), padding = padding_idx ?? -1;
            if (padding_idx is { } index && (index >= rows || index < -rows))
                throw new System.Runtime.InteropServices.ExternalException("Padding_idx must be within num_embeddings");
            _padding = padding_idx < 0 ? rows + padding : padding;
            _maxNorm = max_norm;
            _normType = norm_type;
            _scaleGradient = scale_grad_by_freq;
            _sparse = sparse;
            register_parameter(nameof(weight), weight);
        }

        // Each time another handle to the one tensor, as the genuine module gives it.
        public Parameter? weight
        {
            get => _internal_params[nameof(weight)].Shared();
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        private Parameter Weight => _internal_params[nameof(weight)];

        internal Embedding Randomised()
        {
            nn.init.normal_(Weight);
            if (_padding < 0) return this;
            using var _ = no_grad();
            using var row = Aten.Call("aten::select.int", Weight, 0, _padding);
            Aten.Do("aten::zero_", row);
            return this;
        }

        public override Tensor forward(Tensor input)
        {
            if (_maxNorm is { } bound)
            {
                using var _ = no_grad();
                using var indices = Aten.Call("aten::contiguous", input);
                Aten.Do("aten::embedding_renorm_", Weight, indices, bound, _normType);
            }
            return Aten.Call("aten::embedding", Weight, input, _padding, _scaleGradient, _sparse);
        }

        internal override void MoveInPlace(Device? device, ScalarType? dtype) => MoveParametersInPlace(device, dtype);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new Modules.Embedding(new(empty([num_embeddings, embedding_dims], ScalarType.Float32, CPU)), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse).Randomised().MoveModule<Modules.Embedding>(device, dtype);
        }
    }
}
