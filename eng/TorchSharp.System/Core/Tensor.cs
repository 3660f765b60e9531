
namespace TorchSharp;

public static partial class torch
{
    /// <summary>Owns one reference to a libtorch tensor.</summary>
    public partial class Tensor : IDisposable
    {
        internal IntPtr handle;

        private static long s_total;
        private static long s_peak;

        internal Tensor(IntPtr handle, bool register = true)
        {
            this.handle = handle;
            var total = Interlocked.Increment(ref s_total);
            if (total > s_peak) s_peak = total;
            if (register) OwningDisposeScope = DisposeScopeManager.OfThisThread.Register(this);
        }

        ~Tensor() => Dispose(false);

        public static long TotalCount => s_total;
        public static long PeakCount => s_peak;

        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        public string? name { get; set; }

        internal DisposeScope? OwningDisposeScope { get; set; }

        public IntPtr Handle => handle != IntPtr.Zero ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => handle == IntPtr.Zero;

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            // The finaliser and a caller may both come here, on two threads: the handle is released by the one that takes it.
            var owned = Interlocked.Exchange(ref handle, IntPtr.Zero);
            if (owned == IntPtr.Zero) return;
            var counts = DisposeScopeManager.OfThisThread.Counts.TensorStatistics;
            if (OwningDisposeScope is { } scope)
            {
                counts.DisposedInScopeCount++;
                scope.MarkAsDisposed(this);
            }
            else counts.DisposedOutsideScopeCount++;
            Interlocked.Decrement(ref s_total);
            Native.ts_tensor_release(owned);
        }

        /// <summary>Takes the handle out of this object, which is then empty.</summary>
        internal IntPtr MoveHandle() => Interlocked.Exchange(ref handle, IntPtr.Zero);

        public IntPtr DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            var owned = MoveHandle();
            if (owned == IntPtr.Zero) throw new InvalidOperationException("Tensor invalid -- empty handle.");
            Interlocked.Decrement(ref s_total);
            return owned;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is { } owner) owner.MoveToOther(other, this);
            else other?.Attach(this);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public bool Equals(Tensor target) => Aten.CallBool("aten::equal", this, target);

        public override int GetHashCode() => base.GetHashCode();

        internal void SetData(Tensor data) => Native.Check(Native.ts_tensor_set_data(Handle, data.Handle));
    }
}
