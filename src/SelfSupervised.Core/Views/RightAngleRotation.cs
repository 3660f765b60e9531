using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Turns by a multiple of 90°, against the clock; pixels are moved, not computed.</summary>
/// <remarks>
/// After Gidaris, Singh, Komodakis, "Unsupervised Representation Learning by Predicting Image Rotations", 2018
/// (arXiv:1803.07728). The drawn number of quarter turns is what rotation prediction takes as its label.
/// </remarks>
public sealed class RightAngleRotation : ViewOperator, IHostKernel
{
    private readonly int[] _turns;

    /// <summary>Creates the operator.</summary>
    /// <param name="quarterTurns">
    /// What is drawn from, uniformly: numbers from 0 to 3, at least one. Default: all four. LooC draws from 1, 2, 3.
    /// </param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentException">There is no number, or one is not from 0 to 3.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public RightAngleRotation(IReadOnlyList<int>? quarterTurns = null, double probability = 1)
        : base(probability, "quarter turns")
    {
        _turns = [.. quarterTurns ?? [0, 1, 2, 3]];
        if (_turns.Length == 0 || _turns.Any(turns => turns is < 0 or > 3))
        {
            throw new ArgumentException(
                $"Expected `quarterTurns` to be numbers from 0 to 3, at least one, but got [{string.Join(", ", _turns)}].", nameof(quarterTurns));
        }
    }

    /// <summary>What is drawn from.</summary>
    public IReadOnlyList<int> QuarterTurns => _turns;

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => input.Height != input.Width && _turns.Any(turns => turns % 2 == 1)
        ? throw new ArgumentException($"{Name} turns square images by 90° or 270°, but got the shape {input}.")
        : input;

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        parameters[0] = _turns[random.Below(_turns.Length)];

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Whole(parameters[0], 0, 3, ParameterNames[0]);
        if (!_turns.Contains((int)parameters[0]))
        {
            throw new ArgumentException($"Expected `{ParameterNames[0]}` to be one of [{string.Join(", ", _turns)}], but got {parameters[0]}.");
        }
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var turned = images.clone();
        for (var turns = 1; turns <= 3; turns++)
        {
            var some = Enumerable.Range(0, parameters.Count).Where(image => parameters[image][0] == turns).ToArray();
            if (some.Length > 0)
            {
                var places = Places.Of(some, images.device);
                turned.index_copy_(0, places, images.index_select(0, places).rot90(turns, (2, 3)));
            }
        }

        return turned.MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) => HostMaps.Turn(image, (int)parameters[0]);
}
