using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.Call("aten::linear", input, weights, bias);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => x.dtype == ScalarType.Int64
                ? Aten.Call("aten::one_hot", x, num_classes)
                : throw new ArgumentException("OneHot input tensor must have elements of type Int64");

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                => Aten.Call(inplace ? "aten::dropout_" : "aten::dropout", input, Probability(p), training);

            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                using var image = Aten.Call("aten::unsqueeze", input, -1);
                using var dropped = dropout2d(image, p, training, inplace);
                return Aten.Call("aten::squeeze.dim", dropped, -1);
            }

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                var op = inplace ? "aten::feature_dropout_" : "aten::feature_dropout";
                if (input.dim() == 4) return Aten.Call(op, input, Probability(p), training);
                using var batched = Aten.Call(inplace ? "aten::unsqueeze_" : "aten::unsqueeze", input, 0);
                using var dropped = Aten.Call(op, batched, Probability(p), training);
                return Aten.Call(inplace ? "aten::squeeze_.dim" : "aten::squeeze.dim", dropped, 0);
            }

            private static double Probability(double p)
                => p is >= 0 and <= 1 ? p : throw new ExternalException($"dropout probability has to be between 0 and 1, but got {p}");

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) => Aten.Call("aten::cosine_similarity", x1, x2, dim, eps);

            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false)
                => Aten.Call("aten::pairwise_distance", input1, input2, p, eps, keepdim);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Aten.Call("aten::bilinear", input1, input2, weight, bias);

            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Aten.Call("aten::pixel_shuffle", input, upscale_factor);
            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Aten.Call("aten::pixel_unshuffle", input, downscale_factor);

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => Aten.Call("aten::im2col", input, Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => Aten.Call("aten::col2im", input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            internal static long[] Pair((long, long) sizes) => [sizes.Item1, sizes.Item2];

            internal static long[]? Pair((long, long)? sizes) => sizes is { } both ? Pair(both) : null;
        }
    }
}
