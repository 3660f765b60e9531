using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Looks for the training set in the test set.</summary>
internal static class Overlap
{
    private const long ElementsAtOnce = 1 << 22;

    /// <summary>How many rows of <paramref name="test"/> equal a row of <paramref name="train"/> in every element.</summary>
    public static long Count(Tensor train, Tensor test)
    {
        var known = Digests(train).ToHashSet();
        return Digests(test).LongCount(known.Contains);
    }

    // The rows' hashes: two different rows share one of 128 bits as good as never.
    private static IEnumerable<UInt128> Digests(Tensor features)
    {
        var width = (int)features.shape[1];
        var hash = new byte[SHA256.HashSizeInBytes];
        foreach (var (start, count) in Rows.Chunks(features.shape[0], Rows.AtOnce(width, ElementsAtOnce)))
        {
            double[] values;
            using (NewDisposeScope())
            {
                values = Rows.ToArray<double>(features.narrow(0, start, count).to(ScalarType.Float64));
            }

            for (var row = 0; row < count; row++)
            {
                SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan(row * width, width)), hash);
                yield return BinaryPrimitives.ReadUInt128LittleEndian(hash);
            }
        }
    }
}
