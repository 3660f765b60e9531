using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public enum Reduction : long { None = 0, Mean = 1, Sum = 2 }

        public static partial class functional
        {
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0)
                => Aten.Call("aten::cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                => Aten.Call("aten::nll_loss_nd", input, target, weight, (long)reduction);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Aten.Call("aten::mse_loss", input, target, (long)reduction);
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Aten.Call("aten::l1_loss", input, target, (long)reduction);
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) => Aten.Call("aten::huber_loss", input, target, (long)reduction, delta);
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) => Aten.Call("aten::smooth_l1_loss", input, target, (long)reduction, beta);
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) => Aten.Call("aten::kl_div", input, target, (long)reduction, log_target);
            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Aten.Call("aten::soft_margin_loss", input, target, (long)reduction);

            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                CheckSameSize(input, target);
                if (weight is null) return Aten.Call("aten::binary_cross_entropy", input, target, weight, (long)reduction);
                using var expanded = Aten.Call("aten::expand_as", weight, target);
                return Aten.Call("aten::binary_cross_entropy", input, target, expanded, (long)reduction);
            }

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
            {
                CheckSameSize(input, target);
                return Aten.Call("aten::binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);
            }

            private static void CheckSameSize(Tensor input, Tensor target)
            {
                if (!input.shape.AsSpan().SequenceEqual(target.shape))
                    throw new ExternalException($"Target size ([{string.Join(", ", target.shape)}]) must be the same as input size ([{string.Join(", ", input.shape)}])");
            }

            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                => Aten.Call("aten::cosine_embedding_loss", input1, input2, target, margin, (long)reduction);

            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                => Aten.Call("aten::margin_ranking_loss", input1, input2, target, margin, (long)reduction);

            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
                => Aten.Call("aten::hinge_embedding_loss", input, target, margin, (long)reduction);

            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean)
                => Aten.Call("aten::triplet_margin_loss", anchor, positive, negative, margin, (double)p, eps, swap, (long)reduction);
        }
    }
}
