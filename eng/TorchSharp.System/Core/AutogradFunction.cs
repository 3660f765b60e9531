using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>A differentiable operation whose forward and backward are written in .NET.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            private static readonly T s_instance = new();

            public abstract string Name { get; }

            public static List<Tensor> apply_internal(params object[] vars)
            {
                var inputs = vars.OfType<Tensor>().Where(t => !t.IsInvalid).ToList();
                var executable = is_grad_enabled() && inputs.Any(t => t.requires_grad);
                var context = new AutogradContext(s_instance.Name, s_instance.BackwardAll, vars.Select(v => v is Tensor { IsInvalid: false }).ToArray());
                using var node = new FunctionNode(context, inputs, executable);
                List<Tensor> outputs;
                using (no_grad()) outputs = s_instance.ForwardAll(context, vars);
                var wrapped = node.Wrap(outputs);
                if (executable) context.Save(node, wrapped);
                return wrapped;
            }

            internal abstract List<Tensor> ForwardAll(AutogradContext context, object[] vars);

            internal abstract List<Tensor> BackwardAll(AutogradContext context, List<Tensor> grads);
        }

        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> ForwardAll(AutogradContext context, object[] vars) => [forward(context, vars)];

            internal sealed override List<Tensor> BackwardAll(AutogradContext context, List<Tensor> grads) => backward(context, grads[0]);
        }

        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> ForwardAll(AutogradContext context, object[] vars) => forward(context, vars);

            internal sealed override List<Tensor> BackwardAll(AutogradContext context, List<Tensor> grads) => backward(context, grads);
        }

        /// <summary>What a function's forward leaves for its backward. It lives as long as its node of the graph.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly string _function;
            private readonly Func<AutogradContext, List<Tensor>, List<Tensor>> _backward;
            private readonly bool[] _isTensor;
            private readonly Dictionary<string, object> _data = [];
            private List<Tensor> _toSave = [];
            private List<IntPtr> _saved = [];
            private List<Tensor> _outputs = [];
            private IntPtr _node;

            internal AutogradContext(string function, Func<AutogradContext, List<Tensor>, List<Tensor>> backward, bool[] isTensor)
                => (_function, _backward, _isTensor) = (function, backward, isTensor);

            public bool MaterializeGrads { get; private set; } = true;

            internal List<Tensor> Dirty { get; private set; } = [];

            internal List<Tensor> NonDifferentiable { get; private set; } = [];

            public void save_for_backward(List<Tensor> tensors) => _toSave = tensors;

            public void save_data(string key, object value) => _data[key] = value;

            public object get_data(string key) => _data.GetValueOrDefault(key)!;

            public void mark_dirty(List<Tensor> tensors) => Dirty = [.. tensors];

            public void mark_non_differentiable(List<Tensor> tensors) => NonDifferentiable = [.. tensors];

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            public List<Tensor> get_saved_variables()
                => _saved.Select(saved => new Tensor(saved == IntPtr.Zero ? IntPtr.Zero : Native.NotNull(Native.ts_saved_unpack(saved, _node)))).ToList();

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                foreach (var saved in _saved)
                    if (saved != IntPtr.Zero) Native.ts_saved_release(saved);
                _saved = [];
                foreach (var output in _outputs) output.Dispose();
                _outputs = [];
            }

            internal void Save(FunctionNode node, List<Tensor> outputs)
            {
                _node = node.Pointer;
                _saved = _toSave.Select(t => t is null || t.IsInvalid ? IntPtr.Zero : Native.NotNull(Native.ts_saved_new(t.Handle, node.Handle))).ToList();
                _toSave = [];
                // Shape and type of each output, for gradients that do not arrive; no memory is behind it.
                if (!MaterializeGrads) return;
                using var noGrad = no_grad();
                _outputs = outputs.Select(o => Aten.Call("aten::expand", Aten.Call("aten::empty.memory_format", Array.Empty<long>(), o.dtype, Arg.None, o.device), o.shape)
                    .DetachFromDisposeScope()).ToList();
            }

            // Fills the gradients of the inputs that are tensors, in order. What it is given and what it returns stay in the scope in which the caller goes
            // backward, as in the genuine library.
            internal void Backward(Span<IntPtr> grads, Span<IntPtr> results)
            {
                var given = new List<Tensor>(grads.Length);
                for (var i = 0; i < grads.Length; i++)
                    given.Add(grads[i] == IntPtr.Zero && i < _outputs.Count ? Aten.Call("aten::zeros_like", _outputs[i]) : new Tensor(grads[i]));
                var gradients = _backward(this, given);
                while (gradients.Count > _isTensor.Length && gradients[^1] is null or { IsInvalid: true }) gradients = gradients[..^1];
                if (gradients.Count != _isTensor.Length)
                    throw new InvalidOperationException($"Function {_function} returned an incorrect number of gradients (expected {_isTensor.Length}), got {gradients.Count}");
                var next = 0;
                for (var i = 0; i < gradients.Count; i++)
                {
                    var gradient = gradients[i] is { IsInvalid: false } g ? g : null;
                    if (!_isTensor[i] && gradient is not null)
                        throw new InvalidOperationException($"Function {_function} returned a gradient at position {i + 1}, but the corresponding forward input was not a Tensor");
                    if (_isTensor[i]) results[next++] = gradient is null ? IntPtr.Zero : Native.ts_tensor_share(gradient.Handle);
                }
            }
        }

        /// <summary>The native node of one application; the graph keeps it after this object's disposal.</summary>
        internal sealed unsafe class FunctionNode : IDisposable
        {
            private readonly AutogradContext _context;
            private readonly List<Tensor> _inputs;
            private readonly bool _executable;

            static FunctionNode() => Native.ts_node_callbacks(&Backward, &Release);

            internal FunctionNode(AutogradContext context, List<Tensor> inputs, bool executable)
            {
                (_context, _inputs, _executable) = (context, inputs, executable);
                fixed (IntPtr* i = Handles(inputs))
                    Handle = Native.NotNull(Native.ts_node_new(GCHandle.ToIntPtr(GCHandle.Alloc(context)), i, inputs.Count, Native.Flag(executable)));
            }

            internal IntPtr Handle { get; }

            internal IntPtr Pointer => Native.ts_node_get(Handle);

            internal List<Tensor> Wrap(List<Tensor> outputs)
            {
                var results = new IntPtr[outputs.Count];
                fixed (IntPtr* i = Handles(_inputs), n = Handles(_context.NonDifferentiable), d = Handles(_context.Dirty), o = Handles(outputs), r = results)
                    Native.Check(Native.ts_node_wrap_outputs(Handle, Native.Flag(_executable), i, _inputs.Count, n, _context.NonDifferentiable.Count,
                        d, _context.Dirty.Count, o, outputs.Count, r));
                KeepAlive(_inputs, outputs);
                return results.Select(handle => new Tensor(handle)).ToList();
            }

            public void Dispose() => Native.ts_node_release(Handle);

            [UnmanagedCallersOnly]
            private static byte* Backward(IntPtr state, IntPtr* grads, long gradCount, IntPtr* results, long resultCount)
            {
                try
                {
                    ((AutogradContext)GCHandle.FromIntPtr(state).Target!).Backward(new Span<IntPtr>(grads, (int)gradCount), new Span<IntPtr>(results, (int)resultCount));
                    return null;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // No exception may cross native frames: the text goes on as libtorch's own error.
                    return Utf8($"{e.GetType().Name}: {e.Message}");
                }
            }

            [UnmanagedCallersOnly]
            private static void Release(IntPtr state)
            {
                var handle = GCHandle.FromIntPtr(state);
                ((AutogradContext)handle.Target!).Dispose();
                handle.Free();
            }

            private static byte* Utf8(string text)
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                var memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
                bytes.CopyTo(new Span<byte>(memory, bytes.Length));
                return memory;
            }
        }
    }
}
