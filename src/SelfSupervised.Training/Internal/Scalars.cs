using TorchSharp;

namespace SelfSupervised.Training.Internal;

/// <summary>Constants for operators: an implicit scalar would be a native allocation at each call.</summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0.ToScalar();
    public static readonly Scalar One = 1.ToScalar();
    public static readonly Scalar Two = 2.ToScalar();
}
