using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Tests.Internal;

public sealed class LbfgsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(200)]
    public void Minimise_Rosenbrock_FindsItsMinimum(int size)
    {
        var start = Enumerable.Range(0, size).Select(i => i % 2 == 0 ? -1.2 : 1.0).ToArray();
        var found = new Lbfgs(Rosenbrock, rounding: 1e-15).Minimise(start, tolerance: 1e-8, maxIterations: 2000);
        found.Converged.Should().BeTrue();
        found.GradientNorm.Should().BeLessThan(1e-8);
        found.Point.Should().OnlyContain(x => Math.Abs(x - 1) < 1e-7);
        found.Value.Should().BeLessThan(1e-15);
        start.Should().Equal(Enumerable.Range(0, size).Select(i => i % 2 == 0 ? -1.2 : 1.0), "the start is only read");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1e2)]
    [InlineData(1e4)]
    public void Minimise_Quadratic_FindsItsMinimumAtAnyCondition(double condition)
    {
        const int Size = 30;
        var curvature = Enumerable.Range(0, Size).Select(i => Math.Pow(condition, i / (Size - 1.0))).ToArray();
        var found = new Lbfgs(Bowl, rounding: 1e-15).Minimise(new double[Size], tolerance: 1e-6, maxIterations: 5000);
        found.Converged.Should().BeTrue();
        found.Point.Zip(curvature, (x, c) => c * Math.Abs(x - 3)).Should().OnlyContain(slope => slope <= 1e-6);

        double Bowl(double[] x, double[] gradient)
        {
            var value = 0.0;
            for (var i = 0; i < Size; i++)
            {
                gradient[i] = curvature[i] * (x[i] - 3);
                value += gradient[i] * (x[i] - 3) / 2;
            }

            return value;
        }
    }

    // One step of length 1 is far too short or far too long: the line search has to go out, or in.
    [Theory]
    [InlineData(1e4)]
    [InlineData(1e-4)]
    public void Minimise_MinimumFarOrNear_FindsIt(double distance)
    {
        var found = new Lbfgs(Hyperbola, rounding: 1e-15).Minimise([0], tolerance: 1e-9, maxIterations: 100);
        found.Converged.Should().BeTrue();
        found.Point[0].Should().BeApproximately(distance, distance * 1e-6);

        double Hyperbola(double[] x, double[] gradient)
        {
            var z = (x[0] - distance) / distance;
            gradient[0] = z / Math.Sqrt(1 + (z * z)) / distance;
            return Math.Sqrt(1 + (z * z));
        }
    }

    [Fact]
    public void Minimise_ValueThatIsNotFiniteFarOut_StaysInside()
    {
        // x − log x, which has no value below 0: from 1e-3 the first step of length 1 is fine, from 5 it goes below.
        foreach (var start in (double[])[1e-3, 5, 0.5])
        {
            var found = new Lbfgs(Barrier, rounding: 1e-15).Minimise([start], tolerance: 1e-9, maxIterations: 100);
            found.Point[0].Should().BeApproximately(1, 1e-8);
        }

        static double Barrier(double[] x, double[] gradient)
        {
            gradient[0] = 1 - (1 / x[0]);
            return x[0] - Math.Log(x[0]);
        }
    }

    // Values rounded to 1e-4 say nothing near the minimum; the gradient does.
    [Fact]
    public void Minimise_CoarseValues_ConvergesByTheGradient()
    {
        var found = new Lbfgs(Coarse, rounding: 1e-4).Minimise([-1.2, 1, -1.2, 1], tolerance: 1e-7, maxIterations: 1000);
        found.Converged.Should().BeTrue();

        static double Coarse(double[] x, double[] gradient) => Math.Round(Rosenbrock(x, gradient), 4);
    }

    [Fact]
    public void Minimise_StartsAtTheMinimum_DoesNothing()
    {
        var found = new Lbfgs(Rosenbrock, rounding: 1e-15).Minimise([1, 1], tolerance: 1e-8, maxIterations: 10);
        (found.Converged, found.Iterations, found.Evaluations).Should().Be((true, 0, 1));
    }

    [Fact]
    public void Minimise_TooFewIterations_SaysSo()
    {
        var found = new Lbfgs(Rosenbrock, rounding: 1e-15).Minimise([-1.2, 1], tolerance: 1e-8, maxIterations: 3);
        (found.Converged, found.Iterations).Should().Be((false, 3));
        found.GradientNorm.Should().BeGreaterThan(1e-8);
    }

    // A gradient that points uphill: no step is taken, and it is not called a minimum.
    [Fact]
    public void Minimise_WrongGradient_StopsUnconverged()
    {
        var found = new Lbfgs(Wrong, rounding: 1e-15).Minimise([2], tolerance: 1e-8, maxIterations: 100);
        (found.Converged, found.Iterations, found.Point[0]).Should().Be((false, 0, 2));

        static double Wrong(double[] x, double[] gradient)
        {
            gradient[0] = -2 * x[0];
            return x[0] * x[0];
        }
    }

    private static double Rosenbrock(double[] x, double[] gradient)
    {
        var value = 0.0;
        for (var i = 0; i < x.Length; i += 2)
        {
            var (bend, rest) = (x[i + 1] - (x[i] * x[i]), 1 - x[i]);
            value += (100 * bend * bend) + (rest * rest);
            gradient[i] = (-400 * x[i] * bend) - (2 * rest);
            gradient[i + 1] = 200 * bend;
        }

        return value;
    }
}
