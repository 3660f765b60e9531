namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            public static double clip_grad_norm_(IEnumerable<Modules.Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var gradients = Gradients(tensors);
                if (gradients.Count == 0) return 0.0;

                Tensor total;
                if (norm_type == 0)
                {
                    total = Aten.Call("aten::full", Array.Empty<long>(), (double)gradients.Count, ScalarType.Float32);
                }
                else
                {
                    bool largest = double.IsPositiveInfinity(norm_type);
                    var norms = gradients.Select(g => largest ? Aten.Call("aten::max", Aten.Call("aten::abs", g)) : Aten.Call("aten::norm.Scalar", g, norm_type)).ToArray();
                    total = norms is [var only] ? only
                        : largest ? Aten.Call("aten::max", Aten.Call("aten::stack", norms))
                        : Aten.Call("aten::norm.Scalar", Aten.Call("aten::stack", norms), norm_type);
                }
                var factor = Aten.Call("aten::mul.Scalar", Aten.Call("aten::reciprocal", Aten.Call("aten::add.Scalar", total, 1e-6)), max_norm);
                factor = Aten.Call("aten::clamp", factor, Arg.None, 1.0);
                foreach (var gradient in gradients) Aten.Do("aten::mul_.Tensor", gradient, factor);
                return Aten.Call("aten::to.dtype", total, ScalarType.Float64).item<double>();
            }

            public static void clip_grad_value_(IEnumerable<Modules.Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                foreach (var gradient in Gradients(tensors)) Aten.Do("aten::clamp_", gradient, -clip_value, clip_value);
            }

            private static List<Tensor> Gradients(IEnumerable<Modules.Parameter> tensors) => [.. tensors.Select(tensor => tensor.grad).OfType<Tensor>()];

            public static Tensor parameters_to_vector(IEnumerable<Modules.Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                var flat = tensors.Select(tensor => Aten.Call("aten::view", tensor, new[] { -1L })).ToArray();
                return Aten.Call("aten::cat", flat, 0).MoveToOuterDisposeScope();
            }

            // The parameters become views of the vector, as PyTorch's do.
            public static void vector_to_parameters(Tensor vec, IEnumerable<Modules.Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                long start = 0;
                foreach (var tensor in tensors)
                {
                    long end = start + tensor.NumberOfElements;
                    var slice = Aten.Call("aten::view_as", Aten.Call("aten::slice.Tensor", vec, 0, start, end), tensor);
                    tensor.SetData(Aten.Call("aten::detach", slice));
                    start = end;
                }
            }
        }
    }
}
