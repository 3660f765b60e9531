namespace TorchSharp.Utils;

/// <summary>Unsigned LEB128: seven bits a byte, low ones first, the top bit set on all but the last.</summary>
internal static class LEB128
{
    internal static void Encode(this BinaryWriter writer, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        writer.Write7BitEncodedInt64(value);
    }

    internal static long Decode(this BinaryReader reader) => reader.Read7BitEncodedInt64();
}
