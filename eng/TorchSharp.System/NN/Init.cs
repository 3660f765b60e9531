namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <remarks>libtorch's own initialisers, from its random numbers: the generators that some take are not used, as in the genuine library.</remarks>
        public static class init
        {
            public enum NonlinearityType { Linear = 0, Conv1D = 1, Conv2D = 2, Conv3D = 3, ConvTranspose1D = 4, ConvTranspose2D = 5, ConvTranspose3D = 6, Sigmoid = 7, Tanh = 8, ReLU = 9, LeakyReLU = 10 }

            public enum FanInOut { FanIn = 0, FanOut = 1 }

            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + param * param)),
                _ => 1.0,
            };

            public static Tensor ones_(Tensor tensor) => Fill(tensor, "aten::fill_.Scalar", 1.0);
            public static Tensor zeros_(Tensor tensor) => Fill(tensor, "aten::zero_");
            public static Tensor constant_(Tensor tensor, Scalar val) => Fill(tensor, "aten::fill_.Scalar", val);
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) => Fill(tensor, "aten::uniform_", low, high);
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) => Fill(tensor, "aten::normal_", mean, std);

            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                double bound = Math.Sqrt(3.0) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
                => normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                double bound = Math.Sqrt(3.0) * gain * Math.Sqrt(2.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }


            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain);

            public static Tensor eye_(Tensor tensor)
            {
                if (tensor.dim() != 2) throw new System.Runtime.InteropServices.ExternalException("Only tensors with 2 dimensions are supported");
                using var _ = no_grad();
                Aten.Do("aten::eye.m_out", tensor.size(0), tensor.size(1), tensor);
                return tensor;
            }

            public static Tensor dirac_(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length is < 3 or > 5) throw new System.Runtime.InteropServices.ExternalException("Only tensors with 3, 4, or 5 dimensions are supported");
                zeros_(tensor);
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                for (long channel = 0; channel < Math.Min(shape[0], shape[1]); channel++)
                {
                    var element = Aten.Call("aten::select.int", Aten.Call("aten::select.int", tensor, 0, channel), 0, channel);
                    for (int i = 2; i < shape.Length; i++) element = Aten.Call("aten::select.int", element, 0, shape[i] / 2);
                    Aten.Do("aten::fill_.Scalar", element, 1.0);
                }
                return tensor;
            }

            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                if (tensor.dim() < 2) throw new System.Runtime.InteropServices.ExternalException("Only tensors with 2 or more dimensions are supported");
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                long rows = tensor.size(0), columns = tensor.NumberOfElements / rows;
                var flat = Aten.Call("aten::randn", new[] { rows, columns });
                if (rows < columns) flat = Aten.Call("aten::t", flat);
                var (q, r) = Aten.Call2("aten::linalg_qr", flat);
                q = Aten.Call("aten::mul.Tensor", q, Aten.Call("aten::sign", Aten.Call("aten::diagonal", r)));
                if (rows < columns) q = Aten.Call("aten::t", q);
                Aten.Do("aten::copy_", Aten.Call("aten::view_as", tensor, q), q);
                Aten.Do("aten::mul_.Scalar", tensor, gain);
                return tensor;
            }

            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                // The genuine one leaves a convolution weight's slice to the scope or the finaliser, and so do the layers that call this.
                var receptiveField = shape.Length == 2 ? 1 : tensor[0, 0].NumberOfElements;
                return (shape[1] * receptiveField, shape[0] * receptiveField);
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            private static Tensor Fill(Tensor tensor, string op, params ReadOnlySpan<Arg> args)
            {
                using var _ = no_grad();
                Aten.Do(op, [tensor, .. args]);
                return tensor;
            }

        }
    }
}
