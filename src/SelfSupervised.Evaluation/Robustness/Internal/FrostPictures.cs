using SelfSupervised.Core;
using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>Pictures of ice, copied from a tensor.</summary>
internal sealed class FrostPictures
{
    private readonly float[] _values;
    private readonly int _count;
    private readonly ImageShape _shape;

    public FrostPictures(Tensor pictures, string name)
    {
        _shape = HostImages.Check(pictures, name);
        (_values, _count) = (HostImages.Floats(pictures), (int)pictures.shape[0]);
    }

    /// <summary>Refuses images that the pictures don't cover.</summary>
    public void Check(ImageShape images)
    {
        if (_shape.Channels != images.Channels || _shape.Height < images.Height || _shape.Width < images.Width)
        {
            throw new ArgumentException(
                $"Expected the pictures of frost to have {images.Channels} channels and at least {images.Height} × {images.Width} pixels like the images, but they are {_shape}.");
        }
    }

    /// <summary>Which picture, then which row and column the cut begins at.</summary>
    public void Cut(Span<float> target, Canvas image, ref CounterRandom random)
    {
        var picture = random.Below(_count) * _shape.Size;
        var (top, left) = (random.Below(_shape.Height - image.Height + 1), random.Below(_shape.Width - image.Width + 1));
        for (var row = 0; row < image.Channels * image.Height; row++)
        {
            var (channel, y) = (row / image.Height, row % image.Height);
            var from = picture + ((((channel * _shape.Height) + top + y) * _shape.Width) + left);
            _values.AsSpan(from, image.Width).CopyTo(target[(row * image.Width)..]);
        }
    }
}
