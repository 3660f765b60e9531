using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>Constants for operators: an implicit scalar would be a native allocation at each call.</summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0.ToScalar();
    public static readonly Scalar One = 1.ToScalar();
    public static readonly Scalar Two = 2.ToScalar();
    public static readonly Scalar Four = 4.ToScalar();
    public static readonly Scalar Six = 6.ToScalar();
    public static readonly Scalar Leak = 0.01.ToScalar();
    public static readonly Scalar White = 255.ToScalar();
}
