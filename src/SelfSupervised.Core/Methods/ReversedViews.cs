using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>The same views, whose gradient is turned round and weighted on its way to what made them.</summary>
internal sealed class ReversedViews(IViews views, double weight) : IViews
{
    public int Count => views.Count;

    public IReadOnlyList<Tensor> Make(Tensor images, long seed, int step, ReadOnlySpan<int> indices, int pass = 0)
    {
        using var scope = NewDisposeScope();
        using var factor = (-weight).ToScalar();
        return [.. views.Make(images, seed, step, indices, pass).Select(view => Reverse(view, factor).MoveToOuterDisposeScope())];
    }

    // view + (−w)·(view − view): the second term is exactly 0, and so is everything but its gradient.
    private static Tensor Reverse(Tensor view, Scalar factor)
    {
        var constant = view.detach();
        return constant.add(view.sub(constant), factor);
    }
}
