using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>One stage of a pipeline: draws parameters per image, then applies drawn parameters to a batch.</summary>
/// <remarks>
/// <para>
/// For a stage of your own, a learned one included, derive from it: name the parameters, draw them, and apply them to a
/// whole batch with torch operators. Whether an image gets the operator at all is drawn for you, from
/// <see cref="Probability"/>; <see cref="Apply"/> receives only the images that do.
/// </para>
/// <para>
/// What an operator needs per pixel is drawn as a parameter too: a few numbers that a field of values follows from.
/// An operator is immutable, and safe to use from several threads.
/// </para>
/// </remarks>
public abstract class ViewOperator
{
    /// <summary>For derived types.</summary>
    /// <param name="probability">The share of images that get it, from 0 to 1.</param>
    /// <param name="parameterNames">What is drawn per image; may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    protected ViewOperator(double probability, params IReadOnlyList<string> parameterNames)
    {
        ArgumentNullException.ThrowIfNull(parameterNames);
        ViewGuard.Share(probability, nameof(probability));
        (Probability, ParameterNames) = (probability, [.. parameterNames]);
    }

    /// <summary>The operator's name, for messages: the type's.</summary>
    public string Name => GetType().Name;

    /// <summary>The share of images that get it.</summary>
    public double Probability { get; }

    /// <summary>What is drawn per image.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>Whether its draw has finitely many outcomes, so that two of them are often the same. By default where nothing but the application is drawn.</summary>
    public virtual bool IsDiscrete => ParameterNames.Count == 0;

    /// <summary>The shape of the images it makes. One that changes the shape has a probability of 1.</summary>
    /// <param name="input">The shape of the images it is given.</param>
    /// <returns>By default the same.</returns>
    /// <exception cref="ArgumentException">It takes no such images.</exception>
    public virtual ImageShape OutputShape(ImageShape input) => input;

    /// <summary>Draws for one image.</summary>
    /// <param name="random">Where the randomness comes from: a stream of this image, view and operator alone.</param>
    /// <param name="shape">The image's shape.</param>
    /// <param name="parameters">Where to write them, all 0 before.</param>
    protected abstract void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters);

    /// <summary>Applies what was drawn.</summary>
    /// <param name="images">[B, C, H, W], Float32 or Float64, on any device; not to be written to.</param>
    /// <param name="parameters">Those of the B images.</param>
    /// <returns>A new tensor, of the shape that <see cref="OutputShape"/> says.</returns>
    protected abstract Tensor Apply(Tensor images, DrawnParameters parameters);

    /// <summary>Applies what was drawn to some images of a batch. By default <see cref="Apply"/> of those; for an operator that needs the others too.</summary>
    /// <param name="batch">[B, C, H, W], as <see cref="Apply"/> gets images: the whole batch, as it came to this operator.</param>
    /// <param name="places">The places in it of the N images that get the operator, in order.</param>
    /// <param name="parameters">Those of the N images.</param>
    /// <returns>A new tensor of N images, of the shape that <see cref="OutputShape"/> says.</returns>
    protected virtual Tensor ApplyAmong(Tensor batch, IReadOnlyList<int> places, DrawnParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(places);
        if (places.Count == batch.shape[0])
        {
            return Apply(batch, parameters);
        }

        using var scope = NewDisposeScope();
        return Apply(batch.index_select(0, Places.Of(places, batch.device)), parameters).MoveToOuterDisposeScope();
    }

    /// <summary>Looks at parameters that someone gives by hand.</summary>
    /// <param name="parameters">One image's.</param>
    /// <param name="shape">The image's shape.</param>
    /// <exception cref="ArgumentException">They can't be applied.</exception>
    protected virtual void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
    }

    // A row of a draw begins with 1 or 0: applied or not.
    internal int RowWidth => ParameterNames.Count + 1;

    internal void DrawRow(ref CounterRandom random, ImageShape shape, Span<float> row)
    {
        if (random.NextDouble() < Probability)
        {
            row[0] = 1;
            Draw(ref random, shape, row[1..]);
        }
    }

    internal void CheckRow(ReadOnlySpan<float> row, ImageShape shape)
    {
        if (row[0] is not (0 or 1) || (row[0] == 0 && OutputShape(shape) != shape))
        {
            throw new ArgumentException($"Expected {Name} to be applied (1) or not (0), and to be if it changes the shape, but got {row[0]}.");
        }

        if (row[0] == 1)
        {
            Check(row[1..], shape);
        }
    }

    // Where the images are the pipeline's own and no graph needs them, they may be written to.
    internal Tensor ApplyRows(Tensor images, DrawnParameters rows, bool mayWrite)
    {
        var applied = Enumerable.Range(0, rows.Count).Where(image => rows[image][0] != 0).ToArray();
        using var scope = NewDisposeScope();
        if (applied.Length == 0)
        {
            return images.alias().MoveToOuterDisposeScope();
        }

        if (applied.Length == rows.Count)
        {
            return ApplyAmong(images, applied, rows.Tail()).MoveToOuterDisposeScope();
        }

        var some = ApplyAmong(images, applied, rows.Tail().Select(applied));
        var places = Places.Of(applied, images.device);
        return mayWrite && !images.requires_grad && !some.requires_grad
            ? images.alias().index_copy_(0, places, some).MoveToOuterDisposeScope()
            : images.index_copy(0, places, some).MoveToOuterDisposeScope();
    }
}
