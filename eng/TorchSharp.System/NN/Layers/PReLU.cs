using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class PReLU : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(weight))] private Parameter? _weight;

        internal PReLU(long num_parameters, double init) : base(nameof(PReLU))
        {
            this.num_parameters = num_parameters;
            this.init = init;
            weight = new Parameter(empty([num_parameters]));
            nn.init.constant_(weight, init);
        }

        public long num_parameters { get; private set; }
        public double init { get; private set; }

        public Parameter weight
        {
            get => _weight!;
            set { if (value.Handle != _weight?.Handle) ConditionallyRegisterParameter(nameof(weight), Exchange(ref _weight, value)); }
        }

        public override string GetName() => nameof(PReLU);

        public override Tensor forward(Tensor tensor) => nn.functional.prelu(tensor, weight);

        protected override void Dispose(bool disposing)
        {
            if (disposing) _weight?.Dispose();
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.PReLU PReLU(long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null)
                => new Modules.PReLU(num_parameters, init).MoveModule<Modules.PReLU>(device, dtype);
        }
    }
}
