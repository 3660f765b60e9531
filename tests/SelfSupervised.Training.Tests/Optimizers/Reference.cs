namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>LARS on one tensor in plain doubles, as its definition reads.</summary>
internal sealed class Reference(LarsOptions options, double[] weight, bool excluded)
{
    private double[] _velocity = new double[weight.Length];

    public double[] Weight { get; private set; } = weight;

    public void Step(double rate, double[] gradient)
    {
        var (m, decay) = (options.Momentum, excluded ? 0 : options.WeightDecay);
        var g = Sum(gradient, decay, Weight);
        if (options.Form == LarsForm.Popular)
        {
            _velocity = Sum(g, m, _velocity);
            var update = options.Nesterov ? Sum(g, m, _velocity) : _velocity;
            Weight = Sum(Weight, -rate * Trust(Norm(update), Norm(update)), update);
            return;
        }

        var classic = options.Form == LarsForm.Classic;
        var scaled = Times(classic ? rate * Trust(Norm(g), Norm(g)) : LarcFactor(Norm(gradient)), g);
        _velocity = Sum(scaled, m, _velocity);
        Weight = Sum(Weight, classic ? -1 : -rate, options.Nesterov ? Sum(scaled, m, _velocity) : _velocity);
    }

    private double LarcFactor(double norm) =>
        norm == 0 && !excluded ? 0 : Trust(norm, norm + (options.WeightDecay * Norm(Weight)));

    private double Trust(double norm, double denominator) =>
        excluded || norm == 0 || Norm(Weight) == 0 ? 1 : options.TrustCoefficient * Norm(Weight) / (denominator + options.Epsilon);

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(value => value * value));

    private static double[] Times(double factor, double[] x) => x.Select(value => factor * value).ToArray();

    private static double[] Sum(double[] x, double factor, double[] y) => x.Zip(y, (a, b) => a + (factor * b)).ToArray();
}
