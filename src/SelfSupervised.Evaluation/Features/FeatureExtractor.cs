using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Features;

/// <summary>Turns images into the features of a frozen encoder, once, for all that is then measured on them.</summary>
public static class FeatureExtractor
{
    /// <summary>The features of all images, in their order.</summary>
    /// <remarks>
    /// <para>
    /// The encoder runs in evaluation mode and without a gradient: batch norm uses its running statistics and does not
    /// change them. Afterwards, also after an exception, each of its modules is in the mode in which it was; parameters and
    /// buffers are untouched. Each batch is moved to the device of the encoder's first parameter.
    /// </para>
    /// <para>
    /// A batch that is made while the batches are enumerated is freed once its features are known, so that a set of any size
    /// can be made on the fly; tensors that exist already are left alone. An iterator must not hold a dispose scope open
    /// while it yields. Not to be used while another thread trains the encoder.
    /// </para>
    /// </remarks>
    /// <param name="encoder">From images to features [B, d]: an encoder, or a sequence of one and of what is to follow it.</param>
    /// <param name="batches">At least one tensor of at least one image, as the encoder takes them.</param>
    /// <param name="progress">Is told the number of images so far, after each batch. Default: nobody.</param>
    /// <returns>[N, d] Float32 on the CPU, without a gradient. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// There is no batch, a batch is empty, or the encoder gives something else than [B, d] with one d throughout.
    /// </exception>
    /// <exception cref="ObjectDisposedException">A batch has been disposed.</exception>
    /// <example><code>using var features = FeatureExtractor.Extract(encoder, source.Epoch(0).Select(batch => batch.ToTensor()));</code></example>
    public static Tensor Extract(nn.Module<Tensor, Tensor> encoder, IEnumerable<Tensor> batches, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(batches);
        var modes = encoder.modules().Prepend(encoder).Select(module => (Module: module, module.training)).ToArray();
        var features = new List<Tensor>();
        try
        {
            encoder.eval();
            using var noGradient = no_grad();
            Collect(encoder, batches, features, progress);
            if (features.Count == 0)
            {
                throw new ArgumentException("Expected `batches` to hold at least one batch, but it is empty.", nameof(batches));
            }

            return cat(features);
        }
        finally
        {
            features.ForEach(part => part.Dispose());

            // A module hands its mode on to its children, which come after it.
            foreach (var (module, training) in modes)
            {
                module.train(training);
            }
        }
    }

    private static void Collect(
        nn.Module<Tensor, Tensor> encoder, IEnumerable<Tensor> batches, List<Tensor> features, IProgress<long>? progress)
    {
        var device = encoder.parameters().FirstOrDefault()?.device;
        var images = 0L;
        using var enumerator = batches.GetEnumerator();
        while (true)
        {
            using var scope = NewDisposeScope();
            if (!enumerator.MoveNext())
            {
                return;
            }

            var batch = enumerator.Current;
            Guard.Alive(batch, nameof(batches));
            if (batch.ndim == 0 || batch.shape[0] == 0)
            {
                throw new ArgumentException($"Expected `batches` to hold images, but got one of shape {Guard.Text(batch.shape)}.", nameof(batches));
            }

            var output = encoder.call(device is null ? batch : batch.to(device));
            Check(output, batch.shape[0], features.Count == 0 ? null : features[0].shape[1]);

            // A copy always: an encoder may return its input.
            var part = empty(output.shape, ScalarType.Float32);
            part.copy_(output);
            features.Add(part.DetachFromDisposeScope());
            images += batch.shape[0];
            progress?.Report(images);
        }
    }

    private static void Check(Tensor output, long images, long? width)
    {
        var shape = output.shape;
        if (shape.Length != 2 || shape[0] != images || shape[1] == 0 || (width is not null && shape[1] != width))
        {
            throw new ArgumentException(
                $"Expected `encoder` to give features of shape [{images}, {width?.ToString() ?? "d"}], but got {Guard.Text(shape)}.");
        }
    }
}
