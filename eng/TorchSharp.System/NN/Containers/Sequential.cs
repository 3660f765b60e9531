using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<nn.IModule<Tensor, Tensor>> _modules = [];
        private readonly List<string> _names = [];

        internal Sequential() : base(1, IntPtr.Zero) { }

        protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : this()
        {
            foreach (var (name, module) in modules) append(name, module);
        }

        protected Sequential(params nn.Module<Tensor, Tensor>[] modules) : this()
        {
            foreach (var module in modules) append(module);
        }

        public int Count => _modules.Count;

        [IndexerName("SequentialItems")]
        public nn.IModule<Tensor, Tensor> this[int index] => _modules[index];

        [IndexerName("SequentialItems")]
        public Sequential this[(int? start, int? end) index] => Slice(index.start ?? 0, index.end ?? Count);

        [IndexerName("SequentialItems")]
        public Sequential this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(), module);

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            _modules.Add(module);
            _names.Add(name);
            return this;
        }

        private Sequential Slice(int start, int end)
        {
            if (start < 0 || start > Count) throw new IndexOutOfRangeException($"{start} is not a valid index.");
            if (end < 0 || end > Count) throw new IndexOutOfRangeException($"{end} is not a valid index.");
            var slice = new Sequential();
            for (int i = start; i < end; i++) slice.append(_names[i], _modules[i]);
            return slice;
        }

        // Disposes what lies between the modules; an empty one gives another handle to its input.
        public override Tensor forward(Tensor tensor)
        {
            if (Count == 0) return tensor.alias();
            var result = _modules[0].call(tensor);
            for (int i = 1; i < Count; i++)
            {
                var previous = result;
                result = _modules[i].call(previous);
                previous.Dispose();
            }
            return result;
        }

        private IEnumerable<nn.Module> Submodules => _modules.Cast<nn.Module>();

        public override IEnumerable<(string name, nn.Module module)> named_children() => _names.Zip(Submodules);

        public override IEnumerable<(string name, nn.Module module)> named_modules()
            => named_children().Concat(named_children().SelectMany(child => child.module.named_modules().Select(entry => ($"{child.name}.{entry.name}", entry.module))));

        public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            => recurse ? Distinct(module => module.named_parameters(true)) : [];

        public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true)
            => recurse ? Distinct(module => module.named_buffers(true, include_persistent)) : [];

        private IEnumerable<(string, T)> Distinct<T>(Func<nn.Module, IEnumerable<(string, T)>> components) where T : Tensor
        {
            var seen = new HashSet<IntPtr> { IntPtr.Zero };
            foreach (var (prefix, module) in named_children())
                foreach (var (component, tensor) in components(module))
                    if (seen.Add(tensor.handle)) yield return ($"{prefix}.{component}", tensor);
        }

        public override nn.Module apply(Action<nn.Module> fn)
        {
            foreach (var module in Submodules) module.apply(fn);
            fn(this);
            return this;
        }

        public override void train(bool on = true)
        {
            base.train(on);
            foreach (var module in Submodules) module.train(on);
        }

        public override void eval()
        {
            base.eval();
            foreach (var module in Submodules) module.eval();
        }

        protected internal override nn.Module _to(ScalarType dtype, bool non_blocking)
        {
            foreach (var module in Submodules) module._to(dtype, non_blocking);
            return this;
        }

        protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
        {
            foreach (var module in Submodules) module._to(device, dtype, non_blocking);
            return this;
        }

        protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
        {
            foreach (var module in Submodules) module._to(deviceType, deviceIndex, non_blocking);
            return this;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) foreach (var module in Submodules) module.Dispose();
            base.Dispose(disposing);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Sequential Sequential() => new();
            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => Sequential(modules.AsEnumerable());
            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Sequential(modules.AsEnumerable());
            public static Modules.Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules) => Sequential(modules.AsEnumerable());
            public static Modules.Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules) => Sequential(modules.Select(module => (module.Item1, module.Item2)));

            public static Modules.Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
            {
                var sequential = new Modules.Sequential();
                foreach (var (name, module) in modules) sequential.append(name, module);
                return sequential;
            }

            public static Modules.Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules)
            {
                var sequential = new Modules.Sequential();
                foreach (var module in modules) sequential.append(module);
                return sequential;
            }
        }
    }
}
