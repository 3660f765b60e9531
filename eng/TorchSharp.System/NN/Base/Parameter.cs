using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public class Parameter : Tensor
    {
        /// <param name="data">Becomes empty: its tensor, and its place in a dispose scope, are the parameter's from here on.</param>
        /// <param name="requires_grad">Whether gradients are collected.</param>
        public Parameter(Tensor data, bool requires_grad = true) : base(data.with_requires_grad(requires_grad).MoveHandle(), false)
        {
            if (data.OwningDisposeScope is not null) DisposeScope.ReplaceWith(data, this);
        }

        internal Parameter(IntPtr handle) : base(handle) { }

        internal Parameter Shared() => new(Native.ts_tensor_share(Handle));
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
