namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var norm = Aten.Call("aten::norm.ScalarOpt_dim", input, p, new[] { dim }, true);
                using var bounded = Aten.Call("aten::clamp_min", norm, eps);
                using var denominator = Aten.Call("aten::expand_as", bounded, input);
                return Aten.Call("aten::div.Tensor", input, denominator);
            }

            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-5)
                => Aten.Call("aten::batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, false);

            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null, Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5)
                => Aten.Call("aten::instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
                => Aten.Call("aten::layer_norm", input, normalized_shape, weight, bias, eps);

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
                => Aten.Call("aten::group_norm", input, num_groups, weight, bias, eps);

            public static Tensor local_response_norm(Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
            {
                if (input.Dimensions < 3) throw new ArgumentException($"Invalid number of dimensions for LocalResponseNorm argument: {input.Dimensions}");
                if (input.NumberOfElements == 0) return input.alias();

                using var scope = NewDisposeScope();
                var shape = input.shape;
                var squares = Aten.Call("aten::unsqueeze", Aten.Call("aten::mul.Tensor", input, input), 1);
                long before = size / 2, after = (size - 1) / 2;
                if (shape.Length == 3)
                {
                    squares = Aten.Call("aten::constant_pad_nd", squares, new[] { 0, 0, before, after });
                    squares = Aten.Call("aten::avg_pool2d", squares, new[] { size, 1 }, new long[] { 1, 1 });
                }
                else
                {
                    squares = Aten.Call("aten::reshape", squares, new[] { shape[0], 1, shape[1], shape[2], -1 });
                    squares = Aten.Call("aten::constant_pad_nd", squares, new[] { 0, 0, 0, 0, before, after });
                    squares = Aten.Call("aten::avg_pool3d", squares, new[] { size, 1, 1 }, new long[] { 1, 1, 1 });
                }
                squares = Aten.Call("aten::view", Aten.Call("aten::squeeze.dim", squares, 1), shape);
                var power = Aten.Call("aten::pow.Tensor_Scalar", Aten.Call("aten::add.Scalar", Aten.Call("aten::mul.Scalar", squares, alpha), k), beta);
                return Aten.Call("aten::div.Tensor", input, power).MoveToOuterDisposeScope();
            }
        }
    }
}
