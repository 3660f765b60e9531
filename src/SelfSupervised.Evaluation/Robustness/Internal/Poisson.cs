using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>Poisson numbers of any mean up to some thousands, of one uniform number each.</summary>
internal static class Poisson
{
    private static readonly double[] LogFactorials = Table(4096);

    /// <summary>Inversion that begins at the mode and takes the values on both sides in turn: about √mean steps.</summary>
    public static int Draw(double mean, ref CounterRandom random)
    {
        var left = random.NextDouble();
        if (mean <= 0)
        {
            return 0;
        }

        var mode = (int)mean;
        var (below, above) = (mode, mode);
        var atMode = Math.Exp((mode * Math.Log(mean)) - mean - LogFactorials[mode]);
        var (pBelow, pAbove) = (atMode, atMode);
        left -= atMode;
        while (left >= 0)
        {
            pAbove *= mean / ++above;
            left -= pAbove;
            if (left < 0)
            {
                return above;
            }

            if (below > 0)
            {
                pBelow *= below-- / mean;
                left -= pBelow;
            }
            else if (pAbove < 1e-18)
            {
                // What rounding left over of the sum of all probabilities.
                return mode;
            }
        }

        return below;
    }

    private static double[] Table(int count)
    {
        var table = new double[count];
        for (var i = 2; i < count; i++)
        {
            table[i] = table[i - 1] + Math.Log(i);
        }

        return table;
    }
}
