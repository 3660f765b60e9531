using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>A small convolutional encoder with a projection head: [N, 3, 32, 32] to [N, 64].</summary>
internal sealed class Encoder : nn.Module<Tensor, Tensor>
{
    // The fields' names are the first part of the parameters' names: features.0.weight, head.2.bias.
    private readonly Sequential features = nn.Sequential(
        nn.Conv2d(3, 16, 3, stride: 2, padding: 1, bias: false),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride: 2, padding: 1, bias: false),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride: 2, padding: 1, bias: false),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.Flatten());

    private readonly Sequential head = nn.Sequential(
        nn.Linear(64 * 4 * 4, 128),
        nn.ReLU(),
        nn.Linear(128, 64));

    public Encoder()
        : base(nameof(Encoder))
    {
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var encoded = features.call(images);
        return head.call(encoded);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            features.Dispose();
            head.Dispose();
        }

        base.Dispose(disposing);
    }
}
