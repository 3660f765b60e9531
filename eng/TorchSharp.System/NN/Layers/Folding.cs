using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class Unfold : ParameterLessModule<Tensor, Tensor>
    {
        internal Unfold((long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride) : base(nameof(Unfold))
            => (this.kernel_size, this.dilation, this.padding, this.stride) = (kernel_size, dilation, padding, stride);

        public (long, long) kernel_size { get; set; }
        public (long, long) dilation { get; set; }
        public (long, long) padding { get; set; }
        public (long, long) stride { get; set; }

        public override Tensor forward(Tensor tensor) => nn.functional.unfold(tensor, kernel_size, dilation, padding, stride);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Unfold Unfold(long kernel_size, long dilation = 1, long padding = 0, long stride = 1) => new((kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));
            public static Modules.Unfold Unfold((long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) => new(kernel_size, dilation ?? (1, 1), padding ?? (0, 0), stride ?? (1, 1));
        }
    }
}
