using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>What is drawn, over many images of fixed seeds; bounds are five standard errors wide unless said otherwise.</summary>
public sealed class DrawDistributionTests
{
    private const int Count = 40_000;

    private static readonly ImageShape s_square = new(3, 100, 100);

    [Fact]
    public void RandomResizedCrop_Square_HasAreaAspectAndPlaceOfTheRule()
    {
        var boxes = Draw(new RandomResizedCrop(32, 32), s_square);
        boxes.Should().OnlyContain(box => box[2] >= 1 && box[3] >= 1 && box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= 100 && box[1] + box[3] <= 100);

        // Of the uniform areas between 0.08 and 1, large ones of extreme shape are rejected: 200,000 draws of torchvision's own have
        // the mean 0.4830 with a deviation of 0.2359. The logarithm of the aspect ratio stays symmetric.
        boxes.Average(box => box[2] * box[3] / 10_000.0).Should().BeApproximately(0.4830, 5 * 0.2359 * Math.Sqrt((1.0 / Count) + (1 / 200_000.0)));
        boxes.Should().OnlyContain(box => box[2] * box[3] >= 0.07 * 10_000);
        boxes.Average(box => Math.Log(box[3] / box[2])).Should().BeApproximately(0, 0.005);
        boxes.Should().OnlyContain(box => box[3] / box[2] > 0.72f && box[3] / box[2] < 1.39f, "rounding moves it by a pixel at most");

        // A place is uniform in what room there is.
        var (tops, lefts) = (boxes.Where(box => box[2] < 80).Select(box => box[0] / (100 - box[2])), boxes.Where(box => box[3] < 80).Select(box => box[1] / (100 - box[3])));
        tops.Average(place => (double)place).Should().BeApproximately(0.5, 0.01);
        lefts.Average(place => (double)place).Should().BeApproximately(0.5, 0.01);
        tops.Min().Should().Be(0);
        lefts.Max().Should().Be(1);
    }

    [Fact]
    public void RandomResizedCrop_WholeArea_IsTheWholeImage() =>
        Draw(new RandomResizedCrop(8, 8, (1, 1), (1, 1)), s_square).Should().OnlyContain(box => box[2] == 100 && box[3] == 100);

    [Theory]
    [InlineData(10, 100, 0, 43, 10, 13)]
    [InlineData(100, 10, 43, 0, 13, 10)]
    public void RandomResizedCrop_NothingFits_TakesTheMiddleOfTheNearestAspect(int height, int width, int top, int left, int h, int w)
    {
        // The whole area never fits an image ten times as wide as it is high.
        var boxes = Draw(new RandomResizedCrop(8, 8, (1, 1)), new ImageShape(3, height, width), count: 50);
        boxes.Should().OnlyContain(box => box[0] == top && box[1] == left && box[2] == h && box[3] == w);
    }

    [Fact]
    public void RandomCrop_Corner_IsUniform()
    {
        var corners = Draw(new RandomCrop(32, 32, padding: 4), new ImageShape(3, 32, 32));
        for (var axis = 0; axis < 2; axis++)
        {
            var counts = corners.CountBy(corner => corner[axis]).OrderBy(pair => pair.Key).ToList();
            counts.Select(pair => pair.Key).Should().Equal(Enumerable.Range(-4, 9).Select(place => (float)place));

            // Chi-squared with 8 degrees of freedom: above 26.1 once in a thousand seeds.
            counts.Sum(pair => Math.Pow(pair.Value - (Count / 9.0), 2) / (Count / 9.0)).Should().BeLessThan(26.1);
        }
    }

    [Fact]
    public void ColorJitter_OrderAndFactors_AreUniform()
    {
        var rows = Draw(new ColorJitter(0.4, 0.8, 1.5, 0.1), s_square);
        var orders = rows.CountBy(row => string.Concat(row.Take(4))).ToList();
        orders.Should().HaveCount(24);

        // Chi-squared with 23 degrees of freedom: above 49.7 once in a thousand seeds.
        orders.Sum(pair => Math.Pow(pair.Value - (Count / 24.0), 2) / (Count / 24.0)).Should().BeLessThan(49.7);
        AssertUniform(rows.Select(row => row[4]), 0.6, 1.4);
        AssertUniform(rows.Select(row => row[5]), 0.2, 1.8);
        AssertUniform(rows.Select(row => row[6]), 0, 2.5);
        AssertUniform(rows.Select(row => row[7]), -0.1, 0.1);
    }

    [Fact]
    public void OtherOperators_Draws_AreUniformOrNormal()
    {
        AssertUniform(Draw(new RandomGaussianBlur(probability: 1), s_square).Select(row => row[0]), 0.1, 2);
        AssertUniform(Draw(new RandomRotation(-30, 90), s_square).Select(row => row[0]), -30, 90);
        Draw(new RightAngleRotation([1, 3]), s_square).CountBy(row => row[0]).Should().HaveCount(2)
            .And.OnlyContain(pair => Math.Abs(pair.Value - (Count / 2)) < 5 * Math.Sqrt(Count) / 2);
        var alphas = Draw(new PcaColorJitter([1, 1, 1], new double[3, 3]), s_square).SelectMany(row => row).ToList();
        alphas.Average(alpha => (double)alpha).Should().BeApproximately(0, 5 * 0.1 / Math.Sqrt(alphas.Count));
        Math.Sqrt(alphas.Average(alpha => (double)alpha * alpha)).Should().BeApproximately(0.1, 5 * 0.1 / Math.Sqrt(2.0 * alphas.Count));
        var centres = Draw(new Cutout(4), s_square);
        centres.Select(centre => centre[0]).Distinct().Should().HaveCount(100);
        centres.Average(centre => (double)centre[1]).Should().BeApproximately(49.5, 5 * 28.87 / Math.Sqrt(Count));
    }

    [Fact]
    public void RandomErasing_Box_HasAreaAndAspectOfTheRule()
    {
        var boxes = Draw(new RandomErasing(1), s_square);
        boxes.Should().OnlyContain(box => box[2] >= 1 && box[3] >= 1 && box[0] + box[2] <= 100 && box[1] + box[3] <= 100 && box[2] < 100 && box[3] < 100);

        // 100,000 draws by the rule in Python: area 0.2023 with a deviation of 0.1066, ratio 1.7703 with 0.8502.
        var error = 5 * Math.Sqrt((1.0 / Count) + (1 / 100_000.0));
        boxes.Average(box => box[2] * box[3] / 10_000.0).Should().BeApproximately(0.2023, 0.1066 * error);
        boxes.Average(box => (double)box[2] / box[3]).Should().BeApproximately(1.7703, 0.8502 * error);
        boxes.Select(box => box[4]).Distinct().Count().Should().BeGreaterThan(Count * 99 / 100, "each image has noise of its own");
    }

    [Fact]
    public void AlexNet_Places_Are33By33By2()
    {
        var draw = ViewPresets.AlexNet().Draw(new ViewKey(1, 0), Examples.Indices(Count), new ImageShape(3, 256, 256));
        Enumerable.Range(0, Count).Select(image => (draw.Parameters(0, image)[0], draw.Parameters(0, image)[1], draw.IsApplied(1, image)))
            .Distinct().Should().HaveCount(33 * 33 * 2);
    }

    private static void AssertUniform(IEnumerable<float> values, double low, double high)
    {
        var all = values.Select(value => (value - low) / (high - low)).ToList();
        all.Should().OnlyContain(value => value >= -1e-6 && value <= 1 + 1e-6);
        all.Average().Should().BeApproximately(0.5, 5 * Math.Sqrt(1 / 12.0 / all.Count));
        all.Average(value => (value - 0.5) * (value - 0.5)).Should().BeApproximately(1 / 12.0, 5 * Math.Sqrt(1 / 180.0 / all.Count));
    }

    private static List<float[]> Draw(ViewOperator operation, ImageShape shape, int count = Count)
    {
        var draw = new ViewPipeline(operation).Draw(new ViewKey(3, 1), Examples.Indices(count), shape);
        return [.. Enumerable.Range(0, count).Select(image => draw.Parameters(0, image).ToArray())];
    }
}
