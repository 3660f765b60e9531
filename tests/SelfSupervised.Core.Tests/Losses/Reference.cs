namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The contrastive losses by their definitions: plain loops over arrays, in double, one exponential at a time.</summary>
internal static class Reference
{
    /// <summary>NT-Xent of every anchor, view after view.</summary>
    /// <param name="views">[view][image][column].</param>
    /// <param name="hidden">Whether candidate k is to be left out for anchor i (i and k count rows, view after view).</param>
    public static double[] NTXent(double[][][] views, double temperature, Func<int, int, bool>? hidden = null)
    {
        var images = views[0].Length;
        var rows = views.SelectMany(view => view).ToArray();
        var losses = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < rows.Length; k++)
            {
                if (k != i && !(hidden?.Invoke(i, k) ?? false))
                {
                    sum += Math.Exp(Cosine(rows[i], rows[k]) / temperature);
                }
            }

            var positives = 0.0;
            for (var v = 0; v < views.Length; v++)
            {
                var p = (v * images) + (i % images);
                positives += p == i ? 0 : -(Cosine(rows[i], rows[p]) / temperature) + Math.Log(sum);
            }

            losses[i] = positives / (views.Length - 1);
        }

        return losses;
    }

    /// <summary>InfoNCE of every query against its own key and the other candidates.</summary>
    /// <param name="hidden">Whether candidate m is to be left out for query n.</param>
    /// <param name="ownKeyAmongCandidates">True: candidates are the keys. False: candidates are negatives, and the key comes on top.</param>
    public static double[] InfoNCE(
        double[][] queries,
        double[][] keys,
        double[][] candidates,
        double temperature,
        bool ownKeyAmongCandidates,
        Func<int, int, bool>? hidden = null)
    {
        var losses = new double[queries.Length];
        for (var n = 0; n < queries.Length; n++)
        {
            var own = Math.Exp(Cosine(queries[n], keys[n]) / temperature);
            var sum = ownKeyAmongCandidates ? 0 : own;
            for (var m = 0; m < candidates.Length; m++)
            {
                if (!(hidden?.Invoke(n, m) ?? false))
                {
                    sum += Math.Exp(Cosine(queries[n], candidates[m]) / temperature);
                }
            }

            losses[n] = -Math.Log(own / sum);
        }

        return losses;
    }

    /// <summary>A [N, D] tensor's rows.</summary>
    public static double[][] Rows(Tensor tensor) =>
        TensorAssert.Values(tensor).Chunk((int)tensor.shape[1]).ToArray();

    private static double Cosine(double[] x, double[] y) =>
        Dot(x, y) / (Math.Max(Math.Sqrt(Dot(x, x)), 1e-12) * Math.Max(Math.Sqrt(Dot(y, y)), 1e-12));

    private static double Dot(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
