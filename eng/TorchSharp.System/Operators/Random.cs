namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => Aten.Call("aten::bernoulli", this, generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Do("aten::bernoulli_.float", this, p, generator);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Do("aten::bernoulli_.Tensor", this, p, generator);
        public Tensor binomial(Tensor prob, Generator? generator = null) => Aten.Call("aten::binomial", this, prob, generator);
        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null) =>
            Do("aten::cauchy_", this, median, sigma, generator);
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => Do("aten::exponential_", this, lambda, generator);
        public Tensor geometric_(double p, Generator? generator = null) => Do("aten::geometric_", this, p, generator);
        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Do("aten::log_normal_", this, mean, std, generator);
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Aten.Call("aten::multinomial", this, num_samples, replacement, generator);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => Do("aten::normal_", this, mean, std, generator);
        public Tensor poisson(Generator? generator = null) => Aten.Call("aten::poisson", this, generator);
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("aten::rand_like", this, dtype, Arg.None, device).requires_grad_(requires_grad);
        public Tensor rand_out(params long[] sizes) => Aten.Call("aten::rand.out", sizes, this);
        public Tensor randint_like(long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("aten::randint_like.low_dtype", this, low, high, dtype, Arg.None, device).requires_grad_(requires_grad);
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Aten.Call("aten::randn_like", this, dtype, Arg.None, device).requires_grad_(requires_grad);
        public Tensor randn_out(params long[] sizes) => Aten.Call("aten::randn.out", sizes, this);
        public Tensor random_(double from, double to, Generator? generator = null) =>
            Do("aten::random_.from", this, (long)from, (long)to, generator);
        public Tensor randperm_out(long n) => Aten.Call("aten::randperm.out", n, this);
        public Tensor uniform_(double from, double to, Generator? generator = null) => Do("aten::uniform_", this, from, to, generator);
    }

    public static Tensor _sample_dirichlet(Tensor input, Generator? generator = null) => Aten.Call("aten::_sample_dirichlet", input, generator);
    public static Tensor _standard_gamma(Tensor input, Generator? generator = null) => Aten.Call("aten::_standard_gamma", input, generator);
    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);
    public static Tensor binomial(Tensor count, Tensor probs, Generator? generator = null) => count.binomial(probs, generator);
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);
    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randn(size, dtype, device, false, generator, names).mul_(std).add_(mean).requires_grad_(requires_grad);
    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null)
    {
        if (std.device_type != mean.device_type || (std.device_type == DeviceType.CUDA && std.device_index != mean.device_index))
            throw new ArgumentException("The 'means' and 'stddev' tensors must be located on the same device.");
        return randn(mean.shape, null, std.device, false, generator) * std + mean;
    }
    public static Tensor poisson(Tensor input, Generator? generator = null) => input.poisson(generator);
    public static Tensor rand(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator, names);
    public static Tensor rand(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator, names);
    public static Tensor rand(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [rows, columns], dtype, device, requires_grad, generator, names);
    public static Tensor rand(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [size], dtype, device, requires_grad, generator, names);
    public static Tensor rand(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator, names);
    public static Tensor rand(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator, names);
    public static Tensor rand(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [rows, columns], dtype, device, requires_grad, generator, names);
    public static Tensor rand(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", [size], dtype, device, requires_grad, generator, names);
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", size, dtype, device, requires_grad, generator, names);
    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::rand.generator", size.ToArray(), dtype, device, requires_grad, generator, names);
    public static double rand_float(Generator? generator = null)
    {
        using var drawn = Aten.Call("aten::rand.generator", One, generator, ScalarType.Float64);
        return drawn.item<double>();
    }
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.rand_like(dtype, device, requires_grad);
    public static Tensor randint(int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(0, high, Array.ConvertAll(size, length => (long)length), dtype, device, requires_grad, generator, names);
    public static Tensor randint(int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(low, high, Array.ConvertAll(size, length => (long)length), dtype, device, requires_grad, generator, names);
    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(0, high, size, dtype, device, requires_grad, generator, names);
    public static Tensor randint(long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(0, high, size.Shape, dtype, device, requires_grad, generator, names);
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(low, high, size, dtype, device, requires_grad, generator, names);
    public static Tensor randint(long low, long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Integers(low, high, size.Shape, dtype, device, requires_grad, generator, names);
    public static bool randint_bool(Generator? generator = null) => randint_long(0, 2, generator) != 0;
    public static int randint_int(int high, Generator? generator = null) => randint_int(0, high, generator);
    public static int randint_int(int low, int high, Generator? generator = null) => (int)randint_long(low, high, generator);
    public static Tensor randint_like(Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.randint_like(low, high, dtype, device, requires_grad);
    public static long randint_long(long high, Generator? generator = null) => randint_long(0, high, generator);
    public static long randint_long(long low, long high, Generator? generator = null)
    {
        using var drawn = Aten.Call("aten::randint.low_generator", low, high, One, generator, ScalarType.Int64);
        return drawn.item<long>();
    }
    public static Tensor randn(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator, names);
    public static Tensor randn(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator, names);
    public static Tensor randn(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [rows, columns], dtype, device, requires_grad, generator, names);
    public static Tensor randn(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [size], dtype, device, requires_grad, generator, names);
    public static Tensor randn(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [dim0, dim1, dim2, dim3], dtype, device, requires_grad, generator, names);
    public static Tensor randn(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [dim0, dim1, dim2], dtype, device, requires_grad, generator, names);
    public static Tensor randn(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [rows, columns], dtype, device, requires_grad, generator, names);
    public static Tensor randn(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", [size], dtype, device, requires_grad, generator, names);
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", size, dtype, device, requires_grad, generator, names);
    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Drawn("aten::randn.generator", size.ToArray(), dtype, device, requires_grad, generator, names);
    public static double randn_float(Generator? generator = null)
    {
        using var drawn = Aten.Call("aten::randn.generator", One, generator, ScalarType.Float64);
        return drawn.item<double>();
    }
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.randn_like(dtype, device, requires_grad);
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Aten.Call("aten::randperm.generator", n, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device));
    public static Tensor randperm(long n, Tensor @out, Generator? generator = null) =>
        Aten.Call("aten::randperm.generator_out", n, generator, @out);
    public static Tensor randperm_out(Tensor input, long n) => input.randperm_out(n);

    private static readonly long[] One = [1];

    private static Tensor Drawn(string op, long[] size, ScalarType? dtype, Device? device, bool requires_grad, Generator? generator, string[]? names) =>
        dtype is { } type && is_integral(type)
            ? throw new ArgumentException($"A bad dtype was passed: {dtype}. It must be floating point or complex.", nameof(dtype))
            : Made(Aten.Call(op, size, generator, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad, names);

    private static Tensor Integers(long low, long high, long[] size, ScalarType? dtype, Device? device, bool requires_grad, Generator? generator, string[]? names) =>
        Made(Aten.Call("aten::randint.low_generator", low, high, size, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)), requires_grad, names);
}
