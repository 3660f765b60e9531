using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>How a viewmaker does, without labels: what it spends of its budget, how far views are from images and from each other.</summary>
/// <param name="BudgetSpent">The mean over the samples of what each spends, over the budget's size: 1 is all of it.</param>
/// <param name="Distortion">The mean absolute change that is left after clamping, over all elements, in the images' units.</param>
/// <param name="LargestDistortion">The mean absolute change of the sample that is changed most.</param>
/// <param name="Clamped">The share of elements that clamping cut off: 0 without clamping.</param>
/// <param name="Diversity">
/// How much perturbations differ by noise: the mean over the samples of ‖δ − δ'‖₁/(‖δ‖₁ + ‖δ'‖₁) for two draws of noise, from 0 (noise makes no
/// difference: the viewmaker has collapsed) to 1.
/// </param>
public sealed record ViewmakerHealth(double BudgetSpent, double Distortion, double LargestDistortion, double Clamped, double Diversity)
{
    /// <summary>Measures a viewmaker on images.</summary>
    /// <param name="viewmaker">The network; its parameters get no gradient.</param>
    /// <param name="images">[B, C, H, W], as the network takes them.</param>
    /// <param name="seed">What the two draws of noise are drawn from. Default 0.</param>
    /// <returns>The measures. It waits for the device.</returns>
    /// <exception cref="ArgumentException">The images are not what the network takes.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public static ViewmakerHealth Measure(ViewmakerNetwork viewmaker, Tensor images, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(viewmaker);
        ViewGuard.Images(images, nameof(images));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var views = new LearnedViews(viewmaker, count: 2);
        var inputs = cat([images, images]);
        var output = views.Perturb(inputs, seed, step: 0, [.. Enumerable.Range(0, checked((int)images.shape[0]))]);
        return Of(viewmaker.Options, inputs, output);
    }

    /// <summary>The measures of what was made already: each image twice, with noise of its own.</summary>
    internal static ViewmakerHealth Of(ViewmakerOptions options, Tensor inputs, ViewmakerOutput output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var size = (1 / options.Budget.Size).ToScalar();
        var delta = output.Perturbation.detach();
        var halves = delta.chunk(2);
        var changes = Lp.Distance(output.Views.detach(), inputs, p: 1, mean: true);
        var clamped = options.Clamp ? output.Views.detach().ne(inputs.add(delta, Scalars.One)).to(ScalarType.Float32).mean() : zeros([]).to(delta.device);
        var apart = Lp.Distance(halves[0], halves[1], p: 1).div(Lp.Norm(halves[0], p: 1).add(Lp.Norm(halves[1], p: 1), Scalars.One));
        using var numbers = stack([options.Budget.Spent(delta).mul(size).mean(), changes.mean(), changes.max(), clamped, apart.nan_to_num(0).mean()])
            .to(ScalarType.Float64).cpu().data<double>();
        return new ViewmakerHealth(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }
}
