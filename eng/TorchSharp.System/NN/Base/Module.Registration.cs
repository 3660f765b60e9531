using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected virtual void RegisterComponents()
            {
                if (_areComponentsRegistered) return;
                foreach (var field in Fields(GetType()))
                {
                    var component = field.ComponentName();
                    if (_internal_submodules.ContainsKey(component) || _internal_params.ContainsKey(component) || _internal_buffers.ContainsKey(component)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(component, module); break;
                        case Parameter parameter: register_parameter(component, parameter); break; // before Tensor, which it is
                        case Tensor tensor: register_buffer(component, tensor); break;
                    }
                }
                _areComponentsRegistered = true;
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.handle == IntPtr.Zero)
                    throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                if (!_internal_buffers.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.handle == IntPtr.Zero)
                    throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                if (!_internal_params.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null || submodule.handle.IsInvalid)
                {
                    if (_internal_submodules.ContainsKey(name)) _internal_submodules.Remove(name);
                    return;
                }
                if (name.Contains('.')) throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (string.IsNullOrEmpty(name)) throw new ArgumentException("module name can't be empty string \"\"");
                if (_internal_submodules.ContainsKey(name)) throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            // A tensor that is no Parameter takes the name's parameter away.
            protected void ConditionallyRegisterParameter(string name, Tensor value) => ConditionallyRegisterParameter(name, value as Parameter);

            protected void ConditionallyRegisterParameter(string name, Parameter? value) => Set(_internal_params, name, value, value is not null);

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
                => Set(_internal_buffers, name, (value!, persistent), value is not null);

            private static void Set<T>(Utils.OrderedDict<string, T> entries, string name, T? value, bool keep)
            {
                if (keep) entries[name] = value!;
                else if (entries.ContainsKey(name)) entries.Remove(name);
            }

            // What a setter of a component does with the old tensor and the new one.
            internal static T? Exchange<T>(ref T? slot, T? value) where T : Tensor
            {
                slot?.Dispose();
                return slot = value?.DetachFromDisposeScope() as T;
            }

            protected void ClearModules() => _internal_submodules.clear();
        }
    }
}
