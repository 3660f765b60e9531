using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public enum UpsampleMode { Nearest = 0, Linear = 1, Bilinear = 2, Bicubic = 3, Trilinear = 4 }

    public enum InterpolationMode { Nearest = 0, Linear = 1, Bilinear = 2, Bicubic = 3, Trilinear = 4, Area = 5, NearestExact = 6 }

    public enum GridSampleMode { Nearest = 0, Bilinear = 2 }

    public enum GridSamplePaddingMode { Zeros = 0, Reflection = 1, Border = 2 }

    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Reflect => Aten.Call("aten::pad", input, pad, "reflect", Fill(value)),
                PaddingModes.Replicate => Aten.Call("aten::pad", input, pad, "replicate", Fill(value)),
                PaddingModes.Circular => Aten.Call("aten::pad", input, pad, "circular", Fill(value)),
                _ => Aten.Call("aten::pad", input, pad, "constant", Fill(value)),
            };

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, Pair(pad), mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => functional.pad(input, new[] { pad.Item1, pad.Item2, pad.Item3, pad.Item4 }, mode, value);

            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                var sides = new long[2 * input.ndim];
                Array.Fill(sides, pad);
                return functional.pad(input, sides, mode, value);
            }

            private static double? Fill(double value) => value == 0 ? null : value;

            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                int border = padding_mode switch { GridSamplePaddingMode.Border => 1, GridSamplePaddingMode.Reflection => 2, _ => 0 };
                return Aten.Call("aten::grid_sampler", input, grid, mode == GridSampleMode.Nearest ? 1 : 0, border, align_corners ?? false);
            }

            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false)
                => Aten.Call("aten::affine_grid_generator", theta, size ?? [], align_corners);

            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                int spatial = (int)x.dim() - 2;
                bool aligned = align_corners ?? false;
                if (align_corners is not null && mode is InterpolationMode.Nearest or InterpolationMode.Area)
                    throw new ExternalException("align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
                if (antialias && !(spatial == 2 && mode is InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ExternalException("Anti-alias option is only supported for bilinear and bicubic modes");
                var (sizes, scales) = Target(x, size, scale_factor, recompute_scale_factor, spatial);

                return (spatial, mode) switch
                {
                    (1, InterpolationMode.Nearest) => Aten.Call("aten::upsample_nearest1d", x, sizes, scales[0]),
                    (2, InterpolationMode.Nearest) => Aten.Call("aten::upsample_nearest2d", x, sizes, scales[0], scales[1]),
                    (3, InterpolationMode.Nearest) => Aten.Call("aten::upsample_nearest3d", x, sizes, scales[0], scales[1], scales[2]),
                    (1, InterpolationMode.NearestExact) => Aten.Call("aten::_upsample_nearest_exact1d", x, sizes, scales[0]),
                    (2, InterpolationMode.NearestExact) => Aten.Call("aten::_upsample_nearest_exact2d", x, sizes, scales[0], scales[1]),
                    (3, InterpolationMode.NearestExact) => Aten.Call("aten::_upsample_nearest_exact3d", x, sizes, scales[0], scales[1], scales[2]),
                    (1, InterpolationMode.Area) => Aten.Call("aten::adaptive_avg_pool1d", x, sizes),
                    (2, InterpolationMode.Area) => Aten.Call("aten::adaptive_avg_pool2d", x, sizes),
                    (3, InterpolationMode.Area) => Aten.Call("aten::adaptive_avg_pool3d", x, sizes),
                    (1, InterpolationMode.Linear) => Aten.Call("aten::upsample_linear1d", x, sizes, aligned, scales[0]),
                    (2, InterpolationMode.Bilinear) => Aten.Call(antialias ? "aten::_upsample_bilinear2d_aa" : "aten::upsample_bilinear2d", x, sizes, aligned, scales[0], scales[1]),
                    (2, InterpolationMode.Bicubic) => Aten.Call(antialias ? "aten::_upsample_bicubic2d_aa" : "aten::upsample_bicubic2d", x, sizes, aligned, scales[0], scales[1]),
                    (3, InterpolationMode.Trilinear) => Aten.Call("aten::upsample_trilinear3d", x, sizes, aligned, scales[0], scales[1], scales[2]),
                    _ => throw new ExternalException($"Got {x.dim()}D input, which mode {mode} does not take"),
                };
            }

            private static (long[] sizes, double?[] scales) Target(Tensor x, long[]? size, double[]? factors, bool recompute, int spatial)
            {
                if (size is { Length: 0 }) size = null;
                if (factors is { Length: 0 }) factors = null;
                if (size is null == factors is null)
                    throw new ExternalException(size is null ? "either size or scale_factor should be defined" : "only one of size or scale_factor should be defined");
                var scales = new double?[Math.Max(spatial, 0)];
                if (size is not null) return (size, scales);
                if (factors!.Length != spatial)
                    throw new ExternalException($"scale_factor shape must match input shape. Input is {spatial}D, scale_factor size is {factors.Length}");
                var sizes = new long[spatial];
                for (int i = 0; i < spatial; i++)
                {
                    sizes[i] = (long)Math.Floor(x.size(i + 2) * factors[i]);
                    if (!recompute) scales[i] = factors[i];
                }
                return (sizes, scales);
            }

            public static Tensor upsample(Tensor input, long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool align_corners = false)
                => interpolate(input, size, scale_factor, (InterpolationMode)mode, align_corners);

            public static Tensor upsample_bilinear(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                => upsample(x, size, scale_factor, UpsampleMode.Bilinear, align_corners);

            public static Tensor upsample_nearest(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                => upsample(x, size, scale_factor, UpsampleMode.Nearest, align_corners);
        }
    }
}
