namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>The checksum of PNG's chunks: the cyclic redundancy code of polynomial 0xEDB88320, reflected.</summary>
internal static class Crc32
{
    private static readonly uint[] _table = Enumerable.Range(0, 256).Select(Entry).ToArray();

    /// <summary>Of two stretches, as if they were one.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Update(Update(~0u, first), second);

    private static uint Update(uint code, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            code = _table[(byte)code ^ value] ^ (code >> 8);
        }

        return code;
    }

    private static uint Entry(int index)
    {
        var code = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            code = (code & 1) == 0 ? code >> 1 : (code >> 1) ^ 0xEDB88320;
        }

        return code;
    }
}
