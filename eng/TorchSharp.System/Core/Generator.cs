
namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers.</summary>
    public class Generator : IDisposable
    {
        public Generator(ulong seed = 0, Device? device = null)
            : this(Native.NotNull(Native.ts_generator_new(seed, (int)(device?.type ?? DeviceType.CPU), device?.index ?? -1)))
            => this.device = device ?? torch.CPU;

        private Generator(IntPtr handle) => (Handle, device) = (handle, torch.CPU);

        ~Generator() => Dispose(false);

        public static Generator Default => new(Native.NotNull(Native.ts_generator_default((int)DeviceType.CPU, -1)));

        public IntPtr Handle { get; private set; }

        public Device device { get; }

        public Tensor get_state() => new(Native.NotNull(Native.ts_generator_get_state(Handle)));

        public void set_state(Tensor value) => Native.Check(Native.ts_generator_set_state(Handle, value.Handle));

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.ts_generator_set_seed(Handle, (ulong)seed));
            return this;
        }

        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public long initial_seed() => (long)Native.ts_generator_seed(Handle);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle == IntPtr.Zero) return;
            Native.ts_generator_release(Handle);
            Handle = IntPtr.Zero;
        }
    }

    public static class random
    {
        public static long seed() => Generator.Default.seed();

        public static long initial_seed() => Generator.Default.initial_seed();

        /// <summary>Seeds the default generator of every device.</summary>
        public static Generator manual_seed(long seed)
        {
            cuda.manual_seed_all(seed);
            return Generator.Default.manual_seed(seed);
        }

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }
}
