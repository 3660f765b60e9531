namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Aten.Call("aten::max_pool1d", input, One(kernel_size, 0), One(stride, kernel_size), One(padding, 0), One(dilation, 1), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool1d_with_indices(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Aten.Call2("aten::max_pool1d_with_indices", input, One(kernel_size, 0), One(stride, kernel_size), One(padding, 0), One(dilation, 1), ceil_mode);

            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call("aten::max_pool2d", input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);

            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, [kernel_size], One(stride, kernel_size), One(padding, 0), One(dilation, 1), ceil_mode);

            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call2("aten::max_pool2d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? [0], dilation ?? [1], ceil_mode);

            public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true)
                => Aten.Call("aten::avg_pool1d", input, One(kernel_size, 0), One(stride, kernel_size), One(padding, 0), ceil_mode, count_include_pad);

            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => Aten.Call("aten::avg_pool2d", input, kernel_size, stride ?? kernel_size, padding ?? [0], ceil_mode, count_include_pad, divisor_override is 0 ? null : divisor_override);

            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => avg_pool2d(input, [kernel_size], One(stride, kernel_size), [padding], ceil_mode, count_include_pad, divisor_override);

            public static Tensor avg_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null)
                => avg_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) => Aten.Call("aten::adaptive_avg_pool1d", input, One(output_size, 0));
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Aten.Call("aten::adaptive_avg_pool2d", input, output_size);
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Pair(output_size));
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, [output_size, output_size]);

            public static (Tensor Values, Tensor Indices) adaptive_max_pool1d_with_indices(Tensor input, long output_size) => Aten.Call2("aten::adaptive_max_pool1d", input, One(output_size, 0));
            public static (Tensor Values, Tensor Indices) adaptive_max_pool2d_with_indices(Tensor input, long[] output_size) => Aten.Call2("aten::adaptive_max_pool2d", input, output_size);
            public static Tensor adaptive_max_pool1d(Tensor input, long output_size) => First(adaptive_max_pool1d_with_indices(input, output_size));
            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size) => First(adaptive_max_pool2d_with_indices(input, output_size));

            private static Tensor First((Tensor values, Tensor indices) both)
            {
                both.indices.Dispose();
                return both.values;
            }
        }
    }
}
