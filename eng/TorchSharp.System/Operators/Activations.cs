namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor celu() => Aten.Call("aten::celu", this);
        public Tensor celu(Scalar alpha) => Aten.Call("aten::celu", this, alpha);
        public Tensor celu_() => Do("aten::celu_", this);
        public Tensor celu_(Scalar alpha) => Do("aten::celu_", this, alpha);
        public Tensor elu(double alpha = 1) => Aten.Call("aten::elu", this, alpha);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Aten.Call("aten::elu", this, alpha, scale, input_scale);
        /// <remarks>TorchSharp leaves the tensor itself unchanged here.</remarks>
        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) => Do("aten::elu_", this, alpha, scale, input_scale);
        public Tensor gelu() => Aten.Call("aten::gelu", this);
        public Tensor gelu_() => DoAnew("aten::gelu_", this);
        public Tensor glu(long dim = -1) => Aten.Call("aten::glu", this, dim);
        public Tensor hardsigmoid() => Aten.Call("aten::hardsigmoid", this);
        public Tensor hardsigmoid_() => Do("aten::hardsigmoid_", this);
        public Tensor hardswish() => Aten.Call("aten::hardswish", this);
        public Tensor hardswish_() => Do("aten::hardswish_", this);
        public Tensor hardtanh(Scalar min, Scalar max) => Aten.Call("aten::hardtanh", this, min, max);
        public Tensor hardtanh_(Scalar min, Scalar max) => Do("aten::hardtanh_", this, min, max);
        public Tensor leaky_relu(Scalar negative_slope) => Aten.Call("aten::leaky_relu", this, negative_slope);
        public Tensor leaky_relu_(Scalar negative_slope) => Do("aten::leaky_relu_", this, negative_slope);
        public Tensor log_sigmoid() => Aten.Call("aten::log_sigmoid", this);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.Call("aten::log_softmax.int", this, dim, dtype);
        public Tensor prelu(Tensor target) => Aten.Call("aten::prelu", this, target);
        public Tensor relu() => Aten.Call("aten::relu", this);
        public Tensor relu6() => Aten.Call("aten::relu6", this);
        public Tensor relu6_() => Do("aten::relu6_", this);
        public Tensor relu_() => Do("aten::relu_", this);
        public Tensor rrelu(double lower = 0.125, double upper = 1.0 / 3.0) => Aten.Call("aten::rrelu", this, lower, upper);
        public Tensor rrelu_(double lower = 0.125, double upper = 1.0 / 3.0) => Do("aten::rrelu_", this, lower, upper);
        public Tensor selu() => Aten.Call("aten::selu", this);
        public Tensor selu_() => Do("aten::selu_", this);
        public Tensor sigmoid() => Aten.Call("aten::sigmoid", this);
        public Tensor sigmoid_() => Do("aten::sigmoid_", this);
        public Tensor silu() => Aten.Call("aten::silu", this);
        public Tensor silu_() => Do("aten::silu_", this);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Call("aten::softmax.int", this, dim, dtype);
        public Tensor softplus(double beta = 1, double threshold = 20) => Aten.Call("aten::softplus", this, beta, threshold);
        public Tensor threshold(Scalar threshold, Scalar value) => Aten.Call("aten::threshold", this, threshold, value);
        public Tensor threshold_(Scalar threshold, Scalar value) => Do("aten::threshold_", this, threshold, value);
    }

    public static Tensor sigmoid(Tensor input) => input.sigmoid();
    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
}
