namespace SelfSupervised.Core.Diagnostics;

/// <summary>Collects the derivatives of one gradient check and remembers the worst.</summary>
internal sealed class GradientComparison(double atol, double rtol)
{
    private double _worstExcess = double.NegativeInfinity;
    private double _maxAbsolute;
    private double _maxRelative;
    private long _count;
    private int _worstInput;
    private long[] _worstIndex = [];
    private double _worstAutograd;
    private double _worstNumeric;

    public void Add(int input, long[] shape, double[] autograd, double[] numeric)
    {
        _count += numeric.Length;
        for (var element = 0; element < numeric.Length; element++)
        {
            var error = Math.Abs(autograd[element] - numeric[element]);
            var size = Math.Max(Math.Abs(autograd[element]), Math.Abs(numeric[element]));
            _maxAbsolute = Math.Max(_maxAbsolute, error);
            _maxRelative = Math.Max(_maxRelative, size == 0 ? 0 : error / size);

            // A NaN on either side is beyond any tolerance.
            var excess = double.IsNaN(error) ? double.PositiveInfinity : error - (atol + (rtol * Math.Abs(numeric[element])));
            if (excess > _worstExcess)
            {
                _worstExcess = excess;
                (_worstInput, _worstIndex) = (input, Unravel(element, shape));
                (_worstAutograd, _worstNumeric) = (autograd[element], numeric[element]);
            }
        }
    }

    public GradientCheckResult Result() => new()
    {
        Passed = _worstExcess <= 0,
        MaxAbsoluteError = _maxAbsolute,
        MaxRelativeError = _maxRelative,
        Count = _count,
        WorstInput = _worstInput,
        WorstIndex = _worstIndex,
        WorstAutograd = _worstAutograd,
        WorstNumeric = _worstNumeric,
    };

    private static long[] Unravel(long element, long[] shape)
    {
        var index = new long[shape.Length];
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            (element, index[dimension]) = (element / shape[dimension], element % shape[dimension]);
        }

        return index;
    }
}
