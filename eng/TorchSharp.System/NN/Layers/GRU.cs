using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    // The parameters are registered by name and in no field, for the genuine module keeps them on the native side.
    public sealed class GRU : nn.Module<Tensor, Tensor, (Tensor, Tensor)>
    {
        private readonly long _hidden_size, _num_layers;
        private readonly bool _bias, _batch_first, _bidirectional;
        private readonly double _dropout;

        internal GRU(long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional) : base(nameof(GRU))
        {
            _hidden_size = hiddenSize;
            _num_layers = numLayers;
            _bias = bias;
            _batch_first = batchFirst;
            _dropout = dropout;
            _bidirectional = bidirectional;
            for (long layer = 0; layer < numLayers; layer++)
            {
                long width = layer == 0 ? inputSize : hiddenSize * Directions;
                foreach (var suffix in bidirectional ? new[] { "", "_reverse" } : [""])
                {
                    Recurrent.Register(this, $"weight_ih_l{layer}{suffix}", 3 * hiddenSize, width);
                    Recurrent.Register(this, $"weight_hh_l{layer}{suffix}", 3 * hiddenSize, hiddenSize);
                    if (!bias) continue;
                    Recurrent.Register(this, $"bias_ih_l{layer}{suffix}", 3 * hiddenSize);
                    Recurrent.Register(this, $"bias_hh_l{layer}{suffix}", 3 * hiddenSize);
                }
            }
            Recurrent.Randomise(this, hiddenSize);
        }

        private long Directions => _bidirectional ? 2 : 1;

        public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null)
        {
            using var start = h0 is null ? zeros([Directions * _num_layers, input.size(_batch_first ? 0 : 1), _hidden_size], input.dtype, input.device) : null;
            return Aten.Call2("aten::gru.input", input, h0 ?? start, _internal_params.values().ToArray<Tensor>(), _bias, _num_layers, _dropout, training, _bidirectional, _batch_first);
        }

        public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0!);

        public void flatten_parameters() { } // a matter of speed on CUDA only

        internal override void MoveInPlace(Device? device, ScalarType? dtype) => MoveParametersInPlace(device, dtype);
    }

    public sealed class GRUCell : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly long _hidden_size;

        internal GRUCell(long inputSize, long hiddenSize, bool bias) : base(nameof(GRUCell))
        {
            _hidden_size = hiddenSize;
            Recurrent.Register(this, nameof(weight_ih), 3 * hiddenSize, inputSize);
            Recurrent.Register(this, nameof(weight_hh), 3 * hiddenSize, hiddenSize);
            if (bias) Recurrent.Register(this, nameof(bias_ih), 3 * hiddenSize);
            if (bias) Recurrent.Register(this, nameof(bias_hh), 3 * hiddenSize);
            Recurrent.Randomise(this, hiddenSize);
        }

        private Parameter? Own(string component) => get_parameter(component);

        // Each time another handle to the one tensor, as the genuine module gives it.
        public Parameter? weight_ih { get => get_parameter(nameof(weight_ih))?.Shared(); set => ConditionallyRegisterParameter(nameof(weight_ih), value); }
        public Parameter? weight_hh { get => get_parameter(nameof(weight_hh))?.Shared(); set => ConditionallyRegisterParameter(nameof(weight_hh), value); }
        public Parameter? bias_ih { get => get_parameter(nameof(bias_ih))?.Shared(); set => ConditionallyRegisterParameter(nameof(bias_ih), value); }
        public Parameter? bias_hh { get => get_parameter(nameof(bias_hh))?.Shared(); set => ConditionallyRegisterParameter(nameof(bias_hh), value); }

        public override Tensor forward(Tensor input, Tensor? h0 = null)
        {
            using var start = h0 is null ? zeros([input.size(0), _hidden_size], input.dtype, input.device) : null;
            return Aten.Call("aten::gru_cell", input, h0 ?? start, Own(nameof(weight_ih)), Own(nameof(weight_hh)), Own(nameof(bias_ih)), Own(nameof(bias_hh)));
        }

        internal override void MoveInPlace(Device? device, ScalarType? dtype) => MoveParametersInPlace(device, dtype);
    }

    internal static class Recurrent
    {
        internal static void Register(nn.Module module, string name, params long[] shape)
            => module.register_parameter(name, new Parameter(empty(shape, ScalarType.Float32, CPU)));

        internal static void Randomise(nn.Module module, long hiddenSize)
        {
            var bound = 1 / Math.Sqrt(hiddenSize);
            foreach (var parameter in module.parameters(false)) nn.init.uniform_(parameter, -bound, bound);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.GRU GRU(long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0.0, bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new Modules.GRU(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional).MoveModule<Modules.GRU>(device, dtype);

            public static Modules.GRUCell GRUCell(long inputSize, long hiddenSize, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new Modules.GRUCell(inputSize, hiddenSize, bias).MoveModule<Modules.GRUCell>(device, dtype);
        }
    }
}
