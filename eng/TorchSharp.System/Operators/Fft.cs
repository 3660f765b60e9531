namespace TorchSharp;

public enum FFTNormType
{
    Backward = 0,
    Forward = 1,
    Ortho = 2,
}

public static partial class torch
{
    public static partial class fft
    {
        public static Tensor fft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_fft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor fft_(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_fft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor fftfreq(long n, double d = 1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Made(Aten.Call("aten::fft_fftfreq", n, d, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
        public static Tensor fftn(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_fftn", input, s, dim, Name(norm));
        public static Tensor fftshift(Tensor input, long[]? dim = null) => Aten.Call("aten::fft_fftshift", input, dim);
        public static Tensor hfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_hfft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor hfft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_hfft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor ifft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_ifft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor ifft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_ifft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor ifftn(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_ifftn", input, s, dim, Name(norm));
        public static Tensor ifftshift(Tensor input, long[]? dim = null) => Aten.Call("aten::fft_ifftshift", input, dim);
        public static Tensor ihfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_ihfft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor ihfft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_ihfft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor irfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_irfft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor irfft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_irfft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor irfftn(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_irfftn", input, s, dim, Name(norm));
        public static Tensor rfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_rfft", input, n == -1 ? null : (long?)n, dim, Name(norm));
        public static Tensor rfft2(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_rfft2", Plane(input), s, dim ?? [-2, -1], Name(norm));
        public static Tensor rfftfreq(long n, double d = 1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Made(Aten.Call("aten::fft_rfftfreq", n, d, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
        public static Tensor rfftn(Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("aten::fft_rfftn", input, s, dim, Name(norm));

        private static string Name(FFTNormType norm) => norm switch
        {
            FFTNormType.Backward => "backward",
            FFTNormType.Forward => "forward",
            _ => "ortho",
        };

        private static Tensor Plane(Tensor input) => input.ndim >= 2
            ? input
            : throw new ArgumentException("The input should be at least 2D.");
    }
}
