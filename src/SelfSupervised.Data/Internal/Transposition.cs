namespace SelfSupervised.Data.Internal;

/// <summary>Brings the bytes of an image into [C, H, W].</summary>
internal static class Transposition
{
    /// <summary>[.., rows, columns] to [.., columns, rows].</summary>
    public static void SwapLast(ReadOnlySpan<byte> source, Span<byte> destination, int rows, int columns)
    {
        var matrix = rows * columns;
        for (var start = 0; start < source.Length; start += matrix)
        {
            var from = source.Slice(start, matrix);
            var to = destination.Slice(start, matrix);
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    to[(column * rows) + row] = from[(row * columns) + column];
                }
            }
        }
    }
}
