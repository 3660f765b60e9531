namespace SelfSupervised.Evaluation.Internal;

/// <summary>Vectors as arrays: what an optimiser of a few thousand to a few million numbers needs.</summary>
internal static class Vectors
{
    public static double Dot(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    public static double Norm(double[] x) => Math.Sqrt(Dot(x, x));

    public static void Scale(double[] x, double factor)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] *= factor;
        }
    }

    public static void AddTo(double[] x, double factor, double[] y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] += factor * y[i];
        }
    }

    public static double[] Difference(double[] x, double[] y) => x.Zip(y, (a, b) => a - b).ToArray();
}
