namespace SelfSupervised.Evaluation.Tests;

/// <summary>Sets to evaluate on: clusters around the corners of a cube, and mistakes to be made.</summary>
internal static class Example
{
    /// <summary>N rows around C centres that lie so far apart that a plane separates them; row i is of class i mod C.</summary>
    public static (Tensor Features, Tensor Labels) Clusters(int seed, int rows, int width, int classes, double spread = 0.3, ScalarType type = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var centres = RandomTensors.Normal(1000, [classes, width]).mul(3);
        var labels = tensor(Enumerable.Range(0, rows).Select(i => (long)(i % classes)).ToArray());
        var features = centres.index_select(0, labels).add(RandomTensors.Normal(seed, [rows, width]).mul(spread)).to(type);
        return (features.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <summary>Row by row, as doubles.</summary>
    public static double[][] Rows(Tensor features) => TensorAssert.Values(features).Chunk((int)features.shape[1]).ToArray();

    public static int[] Classes(Tensor labels) => TensorAssert.Values(labels).Select(value => (int)value).ToArray();

    public static double[] Unit(double[] row)
    {
        var length = Math.Sqrt(row.Sum(x => x * x));
        return row.Select(x => x / length).ToArray();
    }

    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    /// <summary>What every operation on features refuses, as (features, message).</summary>
    public static IEnumerable<(Tensor Features, string Message)> BadFeatures(string name, int rows)
    {
        yield return (ones(rows), $"Expected `{name}` to have shape [N, d], N at least *, but got [{rows}].*");
        yield return (ones(0, 4), $"Expected `{name}` to have shape [N, d], N at least *, but got [0, 4].*");
        yield return (ones(rows, 4, dtype: ScalarType.Int64), $"Expected `{name}` to be Float16, BFloat16, Float32 or Float64, but got Int64.*");
        yield return (full([rows, 4], float.NaN), $"Expected `{name}` to be finite, but {4 * rows} of its {4 * rows} values are NaN or infinite.*");
    }

    public static void Refuses(Action action, string message) =>
        FluentActions.Invoking(action).Should().Throw<ArgumentException>().WithMessage(message);
}
