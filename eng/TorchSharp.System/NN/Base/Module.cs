using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <remarks>Components are the fields of the type, under their component names; see <see cref="RegisterComponents"/>.</remarks>
        public partial class Module : IDisposable
        {
            // Stands for the native module that the genuine library has behind each managed one: alive or not, training or not.
            protected internal sealed class HType : SafeHandle
            {
                private readonly Action<HType>? _dispose;
                internal bool Training = true;

                public HType(IntPtr preexistingHandle, bool ownsHandle, Action<HType>? dispose = null) : base(IntPtr.Zero, ownsHandle)
                {
                    _dispose = dispose;
                    SetHandle(preexistingHandle);
                }

                public override bool IsInvalid => handle == IntPtr.Zero;

                protected override bool ReleaseHandle()
                {
                    if (!IsInvalid) _dispose?.Invoke(this);
                    SetHandle(IntPtr.Zero);
                    return true;
                }

                protected override void Dispose(bool disposing)
                {
                    if (disposing) ReleaseHandle();
                }
            }

            internal HType handle;

            protected DeviceType _deviceType = DeviceType.CPU;
            protected int _deviceIndex = -1;
            protected OrderedDict<string, Module> _internal_submodules = new();
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected OrderedDict<string, Parameter> _internal_params = new();
            protected string? name;
            private bool _areComponentsRegistered;

            protected Module(string name) : this(1, IntPtr.Zero) => this.name = name;

            internal Module(IntPtr handle, IntPtr? boxedHandle, bool ownsHandle = true)
            {
                _ = boxedHandle;
                this.handle = new HType(handle, ownsHandle);
            }

            ~Module() => Dispose(false);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || handle.IsInvalid) return;
                foreach (var (_, buffer) in named_buffers(false)) buffer.DetachFromDisposeScope().Dispose();
                foreach (var (_, parameter) in named_parameters(false)) parameter.DetachFromDisposeScope().Dispose();
                foreach (var (_, module) in named_modules()) module.Dispose();
                handle.Dispose();
                handle.SetHandleAsInvalid();
            }

            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, module) in _internal_submodules) module.apply(fn);
                fn(this);
                return this;
            }

            public virtual bool training => handle.Training;

            public virtual void train(bool train = true)
            {
                handle.Training = train;
                foreach (var (_, module) in named_children()) module.train(train);
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var (_, parameter) in named_parameters())
                {
                    using var gradient = parameter.grad;
                    if (gradient is null) continue;
                    if (set_to_none) parameter.grad = null;
                    else gradient.zero_();
                }
            }

            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null)
                => (device ?? get_default_device(), dtype ?? get_default_dtype());

            internal T MoveModule<T>(Device? device, ScalarType? dtype) where T : Module
            {
                var (targetDevice, targetType) = GetDefaultDeviceAndType(device, dtype);
                return (T)_to(targetDevice, targetType, false);
            }

            public static Module Create<T>(string path) where T : Module, new() => new T().load(path);

            // The fields of a type and of its bases; of two with one name only the most derived is seen.
            private static IEnumerable<FieldInfo> Fields(Type type)
            {
                var seen = new HashSet<string>();
                for (Type? level = type; level is not null && level != typeof(object); level = level.BaseType)
                    foreach (var field in level.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                        if (seen.Add(field.Name)) yield return field;
            }
        }
    }
}
