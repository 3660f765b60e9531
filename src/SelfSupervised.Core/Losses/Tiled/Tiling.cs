using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>How much of a score matrix is held at a time.</summary>
/// <param name="Elements">Scores of one tile, as a rule.</param>
/// <param name="SmallestSide">Rows or columns that a tile has at least, where there are as many: with fewer, products are slow.</param>
/// <param name="KeptElements">Exponentials that a forward pass may leave for the backward pass, which else computes them again.</param>
internal sealed record Tiling(long Elements, long SmallestSide, long KeptElements)
{
    // Tiles of 2 MiB, which two cores hold in their caches; half or twice that is about as fast. Up to 32 MiB are kept.
    private static readonly Tiling Cpu = new(1 << 19, 128, 1 << 23);

    // Larger, so that few launches keep a GPU busy. Not tuned.
    private static readonly Tiling Gpu = new(1 << 24, 1024, 1 << 26);

    public static Tiling For(Tensor embeddings) => embeddings.device_type == DeviceType.CPU ? Cpu : Gpu;

    /// <summary>The other side of a tile, out of so many.</summary>
    public long Side(long given, long available) => Math.Min(available, Math.Max(SmallestSide, Elements / given));
}
