using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class PixelShuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal PixelShuffle(long upscale_factor) : base(nameof(PixelShuffle)) => this.upscale_factor = upscale_factor;

        public long upscale_factor { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.pixel_shuffle(input, upscale_factor);
    }

    public sealed class PixelUnshuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal PixelUnshuffle(long downscale_factor) : base(nameof(PixelUnshuffle)) => this.downscale_factor = downscale_factor;

        public long downscale_factor { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.pixel_unshuffle(input, downscale_factor);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.PixelShuffle PixelShuffle(long upscale_factor) => new(upscale_factor);
            public static Modules.PixelUnshuffle PixelUnshuffle(long downscale_factor) => new(downscale_factor);
        }
    }
}
