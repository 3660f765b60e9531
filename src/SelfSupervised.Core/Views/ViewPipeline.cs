using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Operators one after the other, drawn per image and applied to batches: what makes one view of each image.</summary>
/// <remarks>
/// <para>
/// Images are [B, C, H, W] in [0, 1], or bytes, of which 255 stands for 1. A pipeline first <em>draws</em>, which is cheap,
/// on the host and per image, and then <em>applies</em> what was drawn to the batch. The draw of an image depends on the
/// <see cref="ViewKey"/>, the image's index and the place of the operator, and on nothing else.
/// </para>
/// <para>A pipeline is immutable, and may be used from several threads.</para>
/// </remarks>
public sealed class ViewPipeline
{
    // Enough for the work to outweigh handing it to another thread.
    private const int ImagesAtOnce = 64;

    private readonly int[] _offsets;
    private readonly FusedExecutor? _fused;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="operators">From 0 to 256 operators, in the order in which they are applied; none gives the image itself.</param>
    /// <exception cref="ArgumentException">An operator is null, or there are more than 256.</exception>
    public ViewPipeline(params IReadOnlyList<ViewOperator> operators)
    {
        ArgumentNullException.ThrowIfNull(operators);
        if (operators.Count > 256 || operators.Contains(null!))
        {
            throw new ArgumentException("Expected `operators` to be at most 256 operators, none of them null.", nameof(operators));
        }

        Operators = [.. operators];
        _offsets = new int[operators.Count];
        for (var position = 0; position < _offsets.Length; position++)
        {
            _offsets[position] = Width;
            Width += operators[position].RowWidth;
        }

        _fused = Operators.All(operation => operation is IHostKernel) ? new FusedExecutor(this) : null;
    }

    /// <summary>The operators, in the order in which they are applied.</summary>
    public IReadOnlyList<ViewOperator> Operators { get; }

    /// <summary>Whether every operator has a kernel for <see cref="ViewExecutor.Fused"/>.</summary>
    public bool CanFuse => _fused is not null;

    // Of one image's numbers.
    internal int Width { get; }

    /// <summary>This pipeline and more operators after it.</summary>
    /// <param name="operators">What is to be added.</param>
    /// <returns>A new pipeline.</returns>
    /// <exception cref="ArgumentException">As in the constructor.</exception>
    public ViewPipeline Then(params IReadOnlyList<ViewOperator> operators)
    {
        ArgumentNullException.ThrowIfNull(operators);
        return new ViewPipeline([.. Operators, .. operators]);
    }

    /// <summary>The shape of the views.</summary>
    /// <param name="input">The shape of the images.</param>
    /// <returns>Their shape after all operators.</returns>
    /// <exception cref="ArgumentException">An operator takes no such images.</exception>
    public ImageShape OutputShape(ImageShape input) => Shapes(input)[^1];

    /// <summary>Draws a view of each image.</summary>
    /// <param name="key">Seed, step and view.</param>
    /// <param name="indices">B ≥ 1 images, each by its index in its set, which is what the draw is counted by; at least 0.</param>
    /// <param name="shape">The shape of the images.</param>
    /// <returns>The draw, to be applied to those images in that order.</returns>
    /// <exception cref="ArgumentException">There is no index, or an operator takes no such images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative.</exception>
    public ViewDraw Draw(ViewKey key, ReadOnlySpan<int> indices, ImageShape shape) => DrawShared(key, indices, shape, _ => key.View);

    /// <summary>A draw of given numbers: one that was kept, or made by hand.</summary>
    /// <param name="shape">The shape of the images.</param>
    /// <param name="values">As <see cref="ViewDraw.Values"/> has them; B images' numbers, B ≥ 1. They are copied.</param>
    /// <returns>The draw.</returns>
    /// <exception cref="ArgumentException">Another number of values than B times the pipeline's, or values that can't be applied.</exception>
    public ViewDraw Given(ImageShape shape, ReadOnlySpan<float> values)
    {
        var shapes = Shapes(shape);
        if (Width == 0 || values.IsEmpty || values.Length % Width != 0)
        {
            throw new ArgumentException($"Expected `values` to be {Width} numbers per image, but got {values.Length}.", nameof(values));
        }

        var draw = new ViewDraw(this, shape, values.Length / Width, values.ToArray());
        for (var image = 0; image < draw.Count; image++)
        {
            for (var position = 0; position < Operators.Count; position++)
            {
                Operators[position].CheckRow(draw.Row(position, image), shapes[position]);
            }
        }

        return draw;
    }

    /// <summary>Applies a draw.</summary>
    /// <param name="images">
    /// [B, C, H, W], of the shape and number that were drawn for; Float32 or Float64 in [0, 1], or Byte; on any device.
    /// </param>
    /// <param name="draw">A draw of this pipeline.</param>
    /// <param name="executor">Who applies it. Default: the faster one that can.</param>
    /// <returns>The views, [B, C', H', W'] on the images' device, Float64 if the images are, else Float32. The caller owns them.</returns>
    /// <exception cref="ArgumentException">
    /// Images of another rank, type, shape or number; a draw of another pipeline; or <see cref="ViewExecutor.Fused"/> for images
    /// or operators that it can't take.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The executor is undefined.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public Tensor Apply(Tensor images, ViewDraw draw, ViewExecutor executor = ViewExecutor.Auto)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ViewGuard.Images(images, nameof(images), allowBytes: true);
        ViewGuard.Drawn(images, draw, this);
        return executor switch
        {
            ViewExecutor.Torch => ApplyTorch(images, draw),
            ViewExecutor.Fused when CanFuse && FusedExecutor.Takes(images) => _fused!.Apply(images, draw),
            ViewExecutor.Fused => throw NotFused(images),
            ViewExecutor.Auto => CanFuse && FusedExecutor.Takes(images) ? _fused!.Apply(images, draw) : ApplyTorch(images, draw),
            _ => throw new ArgumentOutOfRangeException(nameof(executor), executor, $"Expected `executor` to be defined, but got {executor}."),
        };
    }

    /// <summary>Draws a view of each image and applies it.</summary>
    /// <param name="images">As in <see cref="Apply(Tensor, ViewDraw, ViewExecutor)"/>.</param>
    /// <param name="key">Seed, step and view.</param>
    /// <param name="indices">As in <see cref="Draw"/>; one per image.</param>
    /// <param name="executor">As in <see cref="Apply(Tensor, ViewDraw, ViewExecutor)"/>.</param>
    /// <returns>The views. The caller owns them.</returns>
    /// <exception cref="ArgumentException">As in the other methods.</exception>
    public Tensor Apply(Tensor images, ViewKey key, ReadOnlySpan<int> indices, ViewExecutor executor = ViewExecutor.Auto)
    {
        ViewGuard.Images(images, nameof(images), allowBytes: true);
        return Apply(images, Draw(key, indices, ViewGuard.Shape(images)), executor);
    }

    internal int Offset(int position) => _offsets[position];

    // The shape before each operator, and after the last.
    internal ImageShape[] Shapes(ImageShape input)
    {
        var shapes = new ImageShape[Operators.Count + 1];
        shapes[0] = input;
        for (var position = 0; position < Operators.Count; position++)
        {
            shapes[position + 1] = Operators[position].OutputShape(shapes[position]);
        }

        return shapes;
    }

    // An operator that two views share is drawn for one of them, and so is the same in both.
    internal ViewDraw DrawShared(ViewKey key, ReadOnlySpan<int> indices, ImageShape shape, Func<int, int> viewOf)
    {
        var shapes = Shapes(shape);
        if (indices.IsEmpty)
        {
            throw new ArgumentException("Expected `indices` to name at least one image.", nameof(indices));
        }

        foreach (var index in indices)
        {
            ModuleGuard.AtLeast(index, 0, nameof(indices));
        }

        var (images, values) = (indices.ToArray(), new float[indices.Length * Width]);
        var purposes = Enumerable.Range(0, Operators.Count).Select(position => RandomPurpose.View(viewOf(position), position)).ToArray();
        try
        {
            Parallel.ForEach(Partitioner.Create(0, images.Length, ImagesAtOnce), range => DrawSome(range.Item1, range.Item2));
        }
        catch (AggregateException errors)
        {
            // An operator from outside may throw; whoever draws is to see its error.
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }

        return new ViewDraw(this, shape, images.Length, values);

        void DrawSome(int first, int end)
        {
            for (var image = first; image < end; image++)
            {
                for (var position = 0; position < purposes.Length; position++)
                {
                    var random = new CounterRandom(key.Seed, purposes[position], (uint)images[image], (uint)key.Step);
                    var row = values.AsSpan((image * Width) + _offsets[position], Operators[position].RowWidth);
                    Operators[position].DrawRow(ref random, shapes[position], row);
                }
            }
        }
    }

    private Tensor ApplyTorch(Tensor images, ViewDraw draw)
    {
        using var scope = NewDisposeScope();
        var own = images.dtype == ScalarType.Byte;
        var views = own ? images.to(ScalarType.Float32).div_(Scalars.White) : images.alias();
        for (var position = 0; position < Operators.Count; position++)
        {
            var (before, rows) = (views, draw.Rows(position));
            if (Operators[position] is RandomResizedCrop crop && Operators.ElementAtOrDefault(position + 1) is RandomHorizontalFlip && rows.AllApplied)
            {
                views = crop.ApplyFlipped(before, rows, draw.Rows(++position));
            }
            else
            {
                views = Operators[position].ApplyRows(before, rows, mayWrite: own);
            }

            before.Dispose();
        }

        return views.MoveToOuterDisposeScope();
    }

    private ArgumentException NotFused(Tensor images)
    {
        var missing = Operators.Where(operation => operation is not IHostKernel).Select(operation => operation.Name);
        return new ArgumentException(
            CanFuse
                ? $"Expected `images` to be Byte or Float32 on the CPU without gradient for {ViewExecutor.Fused}, but got {images.dtype} on {images.device}."
                : $"Expected every operator to have a kernel for {ViewExecutor.Fused}, but {string.Join(", ", missing)} has none.");
    }
}
