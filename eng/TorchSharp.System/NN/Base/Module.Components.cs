using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<IntPtr> { IntPtr.Zero };
                foreach (var entry in _internal_params)
                    if (seen.Add(entry.Item2.handle)) yield return entry;
                if (!recurse) yield break;
                foreach (var (prefix, module) in _internal_submodules)
                    foreach (var (component, parameter) in module.named_parameters(true))
                        if (seen.Add(parameter.handle)) yield return ($"{prefix}.{component}", parameter);
            }

            // Buffers that are not persistent are left out whatever is asked for, as the genuine library does.
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<IntPtr> { IntPtr.Zero };
                foreach (var (component, (buffer, persistent)) in _internal_buffers)
                    if (persistent && seen.Add(buffer.handle)) yield return (component, buffer);
                if (!recurse) yield break;
                foreach (var (prefix, module) in _internal_submodules)
                    foreach (var (component, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer.handle)) yield return ($"{prefix}.{component}", buffer);
            }

            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var entry in _internal_submodules) yield return entry;
                foreach (var (prefix, child) in _internal_submodules)
                    foreach (var (component, module) in child.named_modules()) yield return ($"{prefix}.{component}", module);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(entry => entry.parameter);

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(entry => entry.buffer);

            public virtual IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            public virtual IEnumerable<Module> children() => named_children().Select(entry => entry.module);

            public virtual bool has_parameter(string target)
                => _internal_params.ContainsKey(target) || OfChild(target).Any(place => place.child.has_parameter(place.rest));

            public virtual bool has_buffer(string target)
                => _internal_buffers.ContainsKey(target) || OfChild(target).Any(place => place.child.has_buffer(place.rest));

            public virtual Parameter? get_parameter(string target)
                => _internal_params.TryGetValue(target, out var parameter) ? parameter
                    : OfChild(target).Select(place => place.child.get_parameter(place.rest)).FirstOrDefault(found => found is not null);

            public virtual Tensor? get_buffer(string target)
                => _internal_buffers.TryGetValue(target, out var buffer) ? buffer.Item1
                    : OfChild(target).Select(place => place.child.get_buffer(place.rest)).FirstOrDefault(found => found is not null);

            private IEnumerable<(Module child, string rest)> OfChild(string target)
            {
                int dot = target.IndexOf('.');
                return dot < 0 ? [] : named_children().Where(entry => entry.name == target[..dot]).Select(entry => (entry.module, target[(dot + 1)..]));
            }

            // What the native module holds; here no module has one, all components are managed.
            protected virtual (string name, Parameter parameter)[] _named_parameters() => [];

            protected virtual (string name, Tensor buffer)[] _named_buffers() => [];

            protected virtual Parameter[] _parameters(bool recurse = true) => [];
        }
    }
}
