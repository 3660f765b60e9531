using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Adds to every pixel one colour, drawn along the principal components of the data set's colours; AlexNet's.</summary>
/// <remarks>
/// The colour is P·(α∘λ): columns of P are the eigenvectors and λ the eigenvalues of the covariance of the training pixels' red,
/// green and blue, α_k is normal with mean 0 and a deviation of 0.1, drawn once per image. The result is clipped to [0, 1].
/// Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012.
/// </remarks>
public sealed class PcaColorJitter : ViewOperator, IHostKernel
{
    private readonly double[] _eigenvalues;
    private readonly double[,] _eigenvectors;

    /// <summary>Creates the operator.</summary>
    /// <param name="eigenvalues">λ, three numbers, finite.</param>
    /// <param name="eigenvectors">P, [3, 3], finite: rows red, green, blue, columns components.</param>
    /// <param name="deviation">The standard deviation of α, finite, at least 0. Default 0.1.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentException">Eigenvalues or eigenvectors have another size, or are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public PcaColorJitter(IReadOnlyList<double> eigenvalues, double[,] eigenvectors, double deviation = 0.1, double probability = 1)
        : base(probability, "alpha 1", "alpha 2", "alpha 3")
    {
        ViewGuard.PerChannel(eigenvalues, nameof(eigenvalues));
        ArgumentNullException.ThrowIfNull(eigenvectors);
        ViewGuard.AtLeastZero(deviation, nameof(deviation));
        if (eigenvalues.Count != 3 || eigenvectors.GetLength(0) != 3 || eigenvectors.GetLength(1) != 3
            || !eigenvectors.Cast<double>().All(double.IsFinite))
        {
            throw new ArgumentException(
                $"Expected `eigenvalues` to be 3 numbers and `eigenvectors` 3 by 3 finite ones, but got {eigenvalues.Count} and {eigenvectors.GetLength(0)} by {eigenvectors.GetLength(1)}.",
                nameof(eigenvectors));
        }

        (_eigenvalues, _eigenvectors, Deviation) = ([.. eigenvalues], (double[,])eigenvectors.Clone(), deviation);
    }

    /// <summary>The standard deviation of α.</summary>
    public double Deviation { get; }

    /// <summary>λ.</summary>
    public IReadOnlyList<double> Eigenvalues => _eigenvalues;

    /// <summary>With the components of ImageNet's colours.</summary>
    /// <param name="deviation">The standard deviation of α, finite, at least 0. Default 0.1.</param>
    /// <returns>The operator.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is out of range.</exception>
    public static PcaColorJitter ImageNet(double deviation = 0.1) => new(
        [0.2175, 0.0188, 0.0045],
        new[,] { { -0.5675, 0.7192, 0.4009 }, { -0.5808, -0.0045, -0.8140 }, { -0.5836, -0.6948, 0.4203 } },
        deviation);

    /// <summary>With the components of given images' colours.</summary>
    /// <param name="images">[B, 3, H, W], Float32 or Float64 in [0, 1], with at least two pixels in all.</param>
    /// <param name="deviation">The standard deviation of α, finite, at least 0. Default 0.1.</param>
    /// <returns>The operator; its eigenvalues are in descending order, of the covariance over all pixels, divided by their number.</returns>
    /// <exception cref="ArgumentException">The images have another rank, shape or type, or too few pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public static PcaColorJitter Of(Tensor images, double deviation = 0.1)
    {
        ViewGuard.Images(images, nameof(images));
        ModuleGuard.Maps(images, nameof(images), 3);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var pixels = images.to(ScalarType.Float64).permute(1, 0, 2, 3).reshape(3, -1);
        using var count = pixels.shape[1].ToScalar();
        if (pixels.shape[1] < 2)
        {
            throw new ArgumentException("Expected `images` to have at least two pixels in all, but got one.", nameof(images));
        }

        var centred = pixels.sub(pixels.mean([1], keepdim: true));
        var (values, vectors) = linalg.eigh(centred.mm(centred.t()).div(count));
        using var eigenvalues = values.flip(0).cpu().data<double>();
        using var eigenvectors = vectors.flip(1).contiguous().cpu().data<double>();
        var (all, matrix) = (eigenvectors.ToArray(), new double[3, 3]);
        for (var i = 0; i < all.Length; i++)
        {
            matrix[i / 3, i % 3] = all[i];
        }

        return new PcaColorJitter(eigenvalues.ToArray(), matrix, deviation);
    }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => ViewGuard.Rgb(input, this);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        foreach (ref var alpha in parameters)
        {
            alpha = (float)(Deviation * random.Normal());
        }
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        for (var k = 0; k < parameters.Length; k++)
        {
            ViewGuard.Within(parameters[k], float.MinValue, float.MaxValue, ParameterNames[k]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var colours = new float[parameters.Count * 3];
        for (var i = 0; i < colours.Length; i++)
        {
            colours[i] = Added(i % 3, parameters[i / 3]);
        }

        var added = tensor(colours, [parameters.Count, 3, 1, 1], images.dtype, images.device);
        return ColorOperations.Clip(images.add(added, Scalars.One)).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            HostColors.Affine(image, channel, 1, Added(channel, parameters), clip: true);
        }
    }

    private float Added(int channel, ReadOnlySpan<float> alpha)
    {
        var sum = 0.0;
        for (var k = 0; k < 3; k++)
        {
            sum += _eigenvectors[channel, k] * alpha[k] * _eigenvalues[k];
        }

        return (float)sum;
    }
}
