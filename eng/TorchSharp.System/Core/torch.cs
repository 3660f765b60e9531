
namespace TorchSharp;

public static partial class torch
{
    public static string __version__ => Native.Version;

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.OfThisThread.Open();

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    public static IDisposable no_grad() => new GradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);
    public static bool is_grad_enabled() => Native.ts_grad_mode() != 0;
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);
    public static bool is_inference_mode_enabled() => Native.ts_inference_mode() != 0;

    public static Generator manual_seed(long seed) => random.manual_seed(seed);
    public static long seed() => random.seed();
    public static long initial_seed() => random.initial_seed();
    public static Tensor get_rng_state() => random.get_rng_state();
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static int get_num_threads() => Native.ts_num_threads();
    public static void set_num_threads(int num) => Native.ts_set_num_threads(num);
    public static int get_num_interop_threads() => Native.ts_num_interop_threads();
    public static void set_num_interop_threads(int num) => Native.Check(Native.ts_set_num_interop_threads(num));

    public static Tensor clone(Tensor input) => input.clone();
    public static long numel(Tensor input) => input.numel();
    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) => (ScalarType)Aten.CallLong("aten::result_type.Tensor", tensor1, tensor2);
    public static ScalarType promote_types(ScalarType type1, ScalarType type2) => (ScalarType)Aten.CallLong("aten::promote_types", type1, type2);

    public static void save(Tensor t, string location) => t.save(location);
    public static Tensor load(string location) => Tensor.load(location);

    private sealed class GradMode : IDisposable
    {
        private readonly byte _before = Native.ts_grad_mode();

        internal GradMode(bool enabled) => Native.ts_set_grad_mode(Native.Flag(enabled));

        public void Dispose() => Native.ts_set_grad_mode(_before);
    }

    private sealed class InferenceMode(bool mode) : IDisposable
    {
        private IntPtr _guard = Native.ts_inference_guard(Native.Flag(mode));

        public void Dispose()
        {
            if (_guard != IntPtr.Zero) Native.ts_inference_unguard(_guard);
            _guard = IntPtr.Zero;
        }
    }
}
