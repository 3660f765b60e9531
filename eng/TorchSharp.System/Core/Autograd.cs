
namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var results = new IntPtr[inputs.Count];
            fixed (IntPtr* o = Handles(outputs), i = Handles(inputs), g = Handles(grad_outputs), r = results)
                Native.Check(Native.ts_grad(o, outputs.Count, i, inputs.Count, g, grad_outputs?.Count ?? 0, Native.Flag(retain_graph),
                    Native.Flag(create_graph), Native.Flag(allow_unused), r));
            KeepAlive(outputs, inputs, grad_outputs);
            return results.Select(handle => new Tensor(handle)).ToList();
        }

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null)
        {
            fixed (IntPtr* t = Handles(tensors), g = Handles(grad_tensors), i = Handles(inputs))
                Native.Check(Native.ts_backward(t, tensors.Count, g, grad_tensors?.Count ?? 0, Native.Flag(retain_graph ?? create_graph),
                    Native.Flag(create_graph), i, inputs?.Count ?? 0));
            KeepAlive(tensors, grad_tensors, inputs);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);

        internal static IntPtr[] Handles(IList<Tensor>? tensors) => tensors is null ? [] : tensors.Select(t => t?.Handle ?? IntPtr.Zero).ToArray();

        internal static void KeepAlive(params IList<Tensor>?[] lists)
        {
            foreach (var tensor in lists.OfType<IList<Tensor>>().SelectMany(list => list)) GC.KeepAlive(tensor);
        }
    }
}

/// <summary>Until it is disposed, backward passes look for NaN and say where it came from.</summary>
public class AnomalyMode : IDisposable
{
    private readonly bool _enabledBefore = IsEnabled;
    private readonly bool _checkedBefore = ShouldCheckNaN;

    public AnomalyMode(bool enabled, bool check_nan = true) => Native.ts_set_anomaly_mode(Native.Flag(enabled), Native.Flag(check_nan));

    public static bool IsEnabled => Native.ts_anomaly_mode() != 0;

    public static bool ShouldCheckNaN => Native.ts_anomaly_checks_nan() != 0;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Native.ts_set_anomaly_mode(Native.Flag(_enabledBefore), Native.Flag(_checkedBefore));
    }
}
