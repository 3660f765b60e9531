using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <content>What keys are made of at first, what may become of them, and the checks at the door.</content>
public sealed partial class KeyQueue
{
    /// <summary>Its keys stay Float32.</summary>
    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking) => this;

    /// <summary>Its keys stay Float32.</summary>
    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => _to(device.type, device.index, non_blocking);

    private static Tensor RandomKeys(int capacity, int dimension, long seed)
    {
        var random = new CounterRandom(seed, RandomPurpose.KeyQueue, stream: 0);
        var values = new float[checked(capacity * dimension)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.Normal();
        }

        return Similarity.Unit(tensor(values, [capacity, dimension]), ScalarType.Float32);
    }

    private static void CheckIndices(ReadOnlySpan<int> images, string name)
    {
        if (images.IsEmpty)
        {
            throw new ArgumentException($"Expected `{name}` to hold at least one index, but it is empty.", name);
        }

        foreach (var index in images)
        {
            ModuleGuard.AtLeast(index, 0, name);
        }
    }

    private int Check(Tensor batch, ReadOnlySpan<int> images, long step, bool checkValues)
    {
        Guard.Embeddings(batch, nameof(batch));
        var shape = batch.shape;
        if (shape[1] != Dimension)
        {
            throw new ArgumentException($"Expected `batch` to have shape [B, {Dimension}] like the queue's keys, but got {Guard.Text(shape)}.", nameof(batch));
        }

        Guard.SameDevice(batch, nameof(batch), keys, "the queue's keys");
        ModuleGuard.AtLeast(step, 0, nameof(step));
        if (!images.IsEmpty)
        {
            CheckIndices(images, nameof(images));
            if (images.Length != shape[0])
            {
                throw new ArgumentException($"Expected `images` to be {shape[0]}, one per key, but got {images.Length}.", nameof(images));
            }
        }

        if (checkValues)
        {
            Guard.Finite((batch, nameof(batch)));
        }

        return checked((int)shape[0]);
    }
}
