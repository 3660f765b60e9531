namespace SelfSupervised.Core.Mixing;

/// <summary>What a mixing will do to a batch: which image is mixed with which, how much, and where.</summary>
/// <param name="Partners">π: image i of the batch is mixed with image Partners[i]; a permutation of 0..B−1.</param>
/// <param name="ImageWeight">λ of the pixels: the share of the image's own; 1 where a box is pasted instead.</param>
/// <param name="LabelWeight">λ of the labels: the share of the image's own label in the loss.</param>
/// <param name="Box">What is pasted from the partner: (top, left, height, width); all 0 for nothing.</param>
public sealed record MixDraw(
    IReadOnlyList<int> Partners, double ImageWeight, double LabelWeight, (int Top, int Left, int Height, int Width) Box);
