using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Heads;

/// <summary>What some spaces of a network make of images, side by side.</summary>
internal sealed class SpaceProbe : nn.Module<Tensor, Tensor>
{
    // Registered, so that the mode and the device are the network's.
    private readonly EmbeddingSpaces network;
    private readonly SpaceOutput _output;
    private readonly int[] _spaces;

    public SpaceProbe(EmbeddingSpaces network, SpaceOutput output, int[] spaces)
        : base(nameof(SpaceProbe))
    {
        (this.network, _output, _spaces) = (network, output, spaces);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var features = network.Encoder.call(images);
        if (_output == SpaceOutput.Features && network.Encoder is not BranchingEncoder)
        {
            return features.MoveToOuterDisposeScope();
        }

        return cat([.. _spaces.Select(One)], 1).MoveToOuterDisposeScope();

        Tensor One(int space)
        {
            var own = network.FeaturesOf(features, space);
            return _output == SpaceOutput.Features ? own : Similarity.Unit(network.Heads[space].call(own), ScalarType.Float32);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // It owns nothing.
            _internal_submodules.clear();
        }

        base.Dispose(disposing);
    }
}
