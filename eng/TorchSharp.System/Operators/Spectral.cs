namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor istft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, bool normalized = false, bool? onesided = null, long length = -1, bool return_complex = false) =>
            Aten.Call("aten::istft", this, n_fft, Positive(hop_length), Positive(win_length), window, center, normalized, onesided, Positive(length), return_complex);
        public Tensor stft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, PaddingModes pad_mode = PaddingModes.Reflect, bool normalized = false, bool? onesided = null, bool? return_complex = null)
        {
            var signal = center ? Centered(n_fft / 2, pad_mode) : this;
            return Aten.Call("aten::stft", signal, n_fft, Positive(hop_length), Positive(win_length), window, normalized, onesided, return_complex ?? is_complex());
        }

        private static long? Positive(long length) => length == -1 ? null : length;

        private Tensor Centered(long pad, PaddingModes mode)
        {
            var batch = view([.. Enumerable.Repeat(1L, (int)(3 - ndim)), .. shape]);
            var padded = Aten.Call("aten::pad", batch, new[] { pad, pad }, mode switch
            {
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                PaddingModes.Circular => "circular",
                _ => "constant",
            });
            return padded.view(padded.shape[(int)(3 - ndim)..]);
        }
    }

    public static Tensor bartlett_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.Call("aten::bartlett_window.periodic", len, periodic, WindowType(dtype), Arg.None, InitializeDevice(device)), requires_grad);
    public static Tensor blackman_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.Call("aten::blackman_window.periodic", len, periodic, WindowType(dtype), Arg.None, InitializeDevice(device)), requires_grad);
    public static Tensor hamming_window(long len, bool periodic = true, float alpha = 0.54f, float beta = 0.46f, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.Call("aten::hamming_window.periodic_alpha_beta", len, periodic, alpha, beta, WindowType(dtype), Arg.None, InitializeDevice(device)), requires_grad);
    public static Tensor hann_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.Call("aten::hann_window.periodic", len, periodic, WindowType(dtype), Arg.None, InitializeDevice(device)), requires_grad);
    public static Tensor istft(Tensor input, long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, bool normalized = false, bool? onesided = null, long length = -1, bool return_complex = false) =>
        input.istft(n_fft, hop_length, win_length, window, center, normalized, onesided, length, return_complex);
    public static Tensor kaiser_window(long len, bool periodic = true, float beta = 12, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Made(Aten.Call("aten::kaiser_window.beta", len, periodic, beta, WindowType(dtype), Arg.None, InitializeDevice(device)), requires_grad);
    public static Tensor stft(Tensor input, long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, PaddingModes pad_mode = PaddingModes.Reflect, bool normalized = false, bool? onesided = null, bool? return_complex = null) =>
        input.stft(n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex);

    private static ScalarType WindowType(ScalarType? dtype) => (dtype ?? get_default_dtype()) is var type && is_floating_point(type)
        ? type
        : throw new ArgumentException("Only floating point types are supported.");
}
