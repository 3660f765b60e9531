using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>Some rows of the score matrix, from one column on.</summary>
internal readonly record struct Panel(long First, long Count, long FirstColumn, long EndColumn)
{
    public long End => First + Count;

    public long Columns => EndColumn - FirstColumn;

    public long Elements => Count * Columns;

    /// <summary>Its rows of something that has one entry for each row.</summary>
    public Tensor OfRows(Tensor all) => all.narrow(0, First, Count);

    /// <summary>Its columns of something that has one entry for each column.</summary>
    public Tensor OfColumns(Tensor all) => all.narrow(0, FirstColumn, Columns);

    /// <summary>Its part of something that has one entry for each pair.</summary>
    public Tensor Of(Tensor all) => OfRows(all).narrow(1, FirstColumn, Columns);

    /// <summary>Whether its part of such a thing is the same as of that thing's mirror image.</summary>
    public bool IsMirroredIn(Tensor all)
    {
        using var scope = NewDisposeScope();
        return Of(all).Equals(Of(all.t()));
    }

    /// <summary>The pairs (i, i + offset) in it: the diagonal that they are, the first such i, and how many.</summary>
    public (long Diagonal, long Row, long Length) Pairs(long offset)
    {
        var diagonal = First + offset - FirstColumn;
        var row = Math.Max(First, FirstColumn - offset);
        return (diagonal, row, Math.Max(0, Math.Min(End, EndColumn - offset) - row));
    }
}
