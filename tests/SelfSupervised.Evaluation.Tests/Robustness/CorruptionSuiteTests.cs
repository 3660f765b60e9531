namespace SelfSupervised.Evaluation.Tests.Robustness;

public sealed class CorruptionSuiteTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("corruptions.json").Skip(1).Select(fixture => fixture.Name));

    public static TheoryData<Corruption> Each => [.. Corruptions.All];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_SciPyAndPillow_GivesTheSameValues(string name)
    {
        var fixture = Fixture.Load("corruptions.json").Single(one => one.Name == name);
        var image = Fixture.Load("corruptions.json")[0].Tensor("image").to(ScalarType.Byte).unsqueeze(0);
        var suite = new CorruptionSuite((CorruptionScale)(int)fixture.Number("scale"), (long)fixture.Number("seed"));
        var corruption = (Corruption)(int)fixture.Number("corruption");
        var corrupted = suite.Apply(image, corruption, (int)fixture.Number("severity"), [(int)fixture.Number("index")]);
        var difference = corrupted.to(ScalarType.Float64).sub(fixture.Tensor("corrupted").unsqueeze(0)).abs();

        // libjpeg's cosine transform is of whole numbers, and a coefficient at the edge of two steps may take the other one.
        var (mean, most) = corruption == Corruption.JpegCompression ? (0.1 / 255, 4.5 / 255) : (1e-5, 2e-5);
        difference.mean().item<double>().Should().BeLessThan(mean);
        difference.max().item<double>().Should().BeLessThan(most);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Apply_AnyBatch_GivesAnImageTheSameCorruption(Corruption corruption)
    {
        var suite = new CorruptionSuite(CorruptionScale.Cifar, seed: -5);
        var images = Photos(6);
        var together = suite.Apply(images, corruption, 4, [3, 1, 4, 0, 5, 9]);
        TensorAssert.Same(suite.Apply(images.narrow(0, 2, 1), corruption, 4, [4]), together.narrow(0, 2, 1));
        TensorAssert.Same(suite.Apply(images.flip(0), corruption, 4, [9, 5, 0, 4, 1, 3]).flip(0), together);
        TensorAssert.Same(suite.Apply(images.to(ScalarType.Float32).div(255f), corruption, 4, [3, 1, 4, 0, 5, 9]), together);
        (together.dtype, together.min().item<float>() >= 0, together.max().item<float>() <= 1).Should().Be((ScalarType.Float32, true, true));
        together.shape.Should().Equal(images.shape);

        Corruption[] fixedOnes =
        [
            Corruption.DefocusBlur, Corruption.ZoomBlur, Corruption.Brightness, Corruption.Contrast, Corruption.Pixelate,
            Corruption.JpegCompression, Corruption.GaussianBlur, Corruption.Saturate,
        ];
        var other = suite.Apply(images, corruption, 4, [3, 1, 4, 0, 5, 10]);
        TensorAssert.Same(other.narrow(0, 0, 5), together.narrow(0, 0, 5));
        TensorAssert.Values(other[5]).SequenceEqual(TensorAssert.Values(together[5])).Should().Be(fixedOnes.Contains(corruption));
    }

    // The others are published in an order of how hard they are to recognise, which the distance need not follow: saturation goes down
    // and then up, water turns to mud, bright frost hides an image without moving it far. On average all are in order.
    [Theory]
    [InlineData(CorruptionScale.Cifar)]
    [InlineData(CorruptionScale.ImageNet)]
    public void Apply_Severity_MovesImagesFurther(CorruptionScale scale)
    {
        Corruption[] ordered =
        [
            Corruption.GaussianNoise, Corruption.ShotNoise, Corruption.ImpulseNoise, Corruption.SpeckleNoise, Corruption.DefocusBlur, Corruption.ZoomBlur,
            Corruption.GaussianBlur, Corruption.Brightness, Corruption.Contrast, Corruption.JpegCompression,
        ];
        var (suite, images) = (new CorruptionSuite(scale, seed: 2), Photos(12));
        var clean = images.to(ScalarType.Float32).div(255f);
        var indices = Enumerable.Range(0, 12).ToArray();
        var noise = new double[5]; // −PSNR
        foreach (var corruption in Corruptions.All)
        {
            var distances = Corruptions.Severities.Select(
                severity => suite.Apply(images, corruption, severity, indices).sub(clean).square().mean().item<float>()).ToArray();
            distances.Should().OnlyContain(distance => distance > 1e-6, $"{corruption} changes images");
            noise = noise.Zip(distances, (sum, distance) => sum + (Corruptions.Common.Contains(corruption) ? Math.Log10(distance) : 0)).ToArray();
            if (ordered.Contains(corruption))
            {
                distances.Should().BeInAscendingOrder(corruption.ToString());
            }
        }

        noise.Should().BeInAscendingOrder();
    }

    [Fact]
    public void Apply_Noise_HasTheMeanAndDeviationOfItsDefinition()
    {
        var suite = new CorruptionSuite(CorruptionScale.Cifar, seed: 3);
        var gray = full([8, 3, 64, 64], 0.5f);
        Check(Corruption.GaussianNoise, 3, 0.5, 0.08);
        Check(Corruption.ShotNoise, 5, 0.5, Math.Sqrt(0.5 / 50));
        Check(Corruption.ShotNoise, 1, 0.5, Math.Sqrt(0.5 / 500));
        Check(Corruption.SpeckleNoise, 5, 0.5, 0.1);
        Check(Corruption.ImpulseNoise, 5, 0.5, 0.5 * Math.Sqrt(0.07));
        var impulses = suite.Apply(gray, Corruption.ImpulseNoise, 5, [0, 1, 2, 3, 4, 5, 6, 7]);
        impulses.ne(0.5f).to(ScalarType.Float32).mean().item<float>().Should().BeApproximately(0.07f, 0.004f);

        void Check(Corruption corruption, int severity, double mean, double deviation)
        {
            var noisy = suite.Apply(gray, corruption, severity, [0, 1, 2, 3, 4, 5, 6, 7]);
            noisy.mean().item<float>().Should().BeApproximately((float)mean, (float)(5 * deviation / Math.Sqrt(noisy.numel())));
            noisy.std().item<float>().Should().BeApproximately((float)deviation, (float)(0.03 * deviation));
        }
    }

    [Fact]
    public void Apply_OneChannel_IsTheGrayImage()
    {
        var gray = Photos(2).narrow(1, 0, 1);
        var suite = new CorruptionSuite(CorruptionScale.Cifar, seed: 1);
        foreach (var corruption in Corruptions.All.Except([Corruption.Saturate]))
        {
            suite.Apply(gray, corruption, 5, [0, 1]).shape.Should().Equal([2, 1, 32, 32]);
        }

        // Where a pixel's channels are equal before and after, as one channel or three.
        foreach (var corruption in new[] { Corruption.Snow, Corruption.Fog, Corruption.Brightness, Corruption.MotionBlur, Corruption.ElasticTransform })
        {
            var three = suite.Apply(gray.expand(2, 3, 32, 32), corruption, 5, [0, 1]);
            TensorAssert.Close(suite.Apply(gray, corruption, 5, [0, 1]), three.narrow(1, 1, 1), atol: 1e-6);
        }
    }

    [Fact]
    public void Apply_FrostPictures_AreMixedIn()
    {
        var pictures = arange(2 * 3 * 40 * 50, ScalarType.Float32).reshape(2, 3, 40, 50).div(12000f);
        var suite = new CorruptionSuite(CorruptionScale.Cifar, seed: 1, frost: pictures);
        (suite.HasProceduralFrost, new CorruptionSuite(CorruptionScale.Cifar, 1).HasProceduralFrost).Should().Be((false, true));
        var ice = suite.Apply(zeros(20, 3, 32, 32), Corruption.Frost, 1, Enumerable.Range(0, 20).ToArray()).div(0.2f);
        var places = ice.select(1, 0).select(1, 0).select(1, 0).mul(12000f).round().to(ScalarType.Int64).data<long>().ToArray();
        places.Select(place => place / 6000).Distinct().Should().HaveCount(2);
        places.Should().OnlyContain(place => place % 6000 / 50 <= 8 && place % 50 <= 18);
        TensorAssert.Close(ice[0], pictures.select(0, places[0] / 6000).narrow(1, places[0] % 6000 / 50, 32).narrow(2, places[0] % 50, 32), atol: 1e-5);
        Example.Refuses(
            () => suite.Apply(zeros(1, 3, 41, 41), Corruption.Frost, 1, [0]),
            "Expected the pictures of frost to have 3 channels and at least 41 × 41 pixels like the images, but they are [3, 40, 50].");
    }

    [Fact]
    public void Parameters_Table_HasThePublishedConstants()
    {
        var (small, large) = (new CorruptionSuite(CorruptionScale.Cifar, 1), new CorruptionSuite(CorruptionScale.ImageNet, 1));
        Corruptions.Severities.Select(s => small.Parameters(Corruption.GaussianNoise, s)[0]).Should().Equal(0.04, 0.06, 0.08, 0.09, 0.10);
        Corruptions.Severities.Select(s => large.Parameters(Corruption.ShotNoise, s)[0]).Should().Equal(60, 25, 12, 5, 3);
        Corruptions.Severities.Select(s => large.Parameters(Corruption.JpegCompression, s)[0]).Should().Equal(25, 18, 15, 10, 7);
        Corruptions.Severities.Select(s => Math.Round(1 + ((small.Parameters(Corruption.ZoomBlur, s)[0] - 1) * 0.01), 9)).Should().Equal(1.06, 1.11, 1.15, 1.2, 1.25);
        large.Parameters(Corruption.Snow, 4).Should().Equal(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65);
        large.Parameters(Corruption.ElasticTransform, 1)[0].Should().Be(488);
        foreach (var corruption in Corruptions.All)
        {
            Corruptions.Severities.Select(s => (small.Parameters(corruption, s).Count, large.Parameters(corruption, s).Count)).Distinct()
                .Should().ContainSingle().Which.Should().Match<(int, int)>(counts => counts.Item1 == counts.Item2);
        }
    }

    [Fact]
    public void Groups_Of15_AreThoseOfThePaper()
    {
        (Corruptions.Common.Count, Corruptions.Extra.Count, Corruptions.All.Count).Should().Be((15, 4, 19));
        Enum.GetValues<CorruptionGroup>().Select(group => Corruptions.Of(group).Count).Should().Equal(3, 4, 4, 4, 4);
        Corruptions.Of(CorruptionGroup.Weather).Should().Equal(Corruption.Snow, Corruption.Frost, Corruption.Fog, Corruption.Brightness);
        Corruptions.Of(CorruptionGroup.Extra).Should().Equal(Corruptions.Extra);
    }

    [Fact]
    public void Apply_Tensors_LeavesOnlyItsResult()
    {
        var (suite, images) = (new CorruptionSuite(CorruptionScale.Cifar, 1), Photos(2));
        var floats = images.to(ScalarType.Float32).div(255f).transpose(2, 3);
        foreach (var corruption in Corruptions.All)
        {
            LeakCheck.OnlyResult(() => suite.Apply(images, corruption, 1, [0, 1]), images);
            LeakCheck.OnlyResult(() => suite.Apply(floats, corruption, 1, [0, 1]), floats);
        }

        LeakCheck.NothingLeft(() => _ = new CorruptionSuite(CorruptionScale.Cifar, 1, floats), floats);
    }

    [Fact]
    public void Apply_BadInput_Throws()
    {
        var (suite, good) = (new CorruptionSuite(CorruptionScale.Cifar, 1), zeros(2, 3, 32, 32));
        foreach (var (images, message) in new (Tensor, string)[]
        {
            (zeros(3, 32, 32), "Expected `images` to have shape [N, C, H, W], none of them 0 and C 1 or 3, but got [3, 32, 32].*"),
            (zeros(2, 2, 32, 32), "Expected `images` to have shape [N, C, H, W]*"),
            (zeros(2, 3, 32, 32, ScalarType.Float64), "Expected `images` to be Byte or Float32 on the CPU, but got Float64 on cpu.*"),
            (full([2, 3, 32, 32], 1.5f), "Expected `images` to be in [0, 1], but got values from 1.5 to 1.5.*"),
            (full([2, 3, 32, 32], float.NaN), "Expected `images` to be in [0, 1], but got values from NaN to NaN.*"),
            (zeros(2, 3, 7, 32), "Expected `images` to have at least 8 × 8 pixels, but got [2, 3, 7, 32].*"),
        })
        {
            Example.Refuses(() => suite.Apply(images, Corruption.Fog, 1, [0, 1]), message);
        }

        Example.Refuses(() => suite.Apply(good, Corruption.Fog, 0, [0, 1]), "Expected `severity` to be from 1 to 5, the published severities, but got 0.*");
        Example.Refuses(() => suite.Apply(good, Corruption.Fog, 6, [0, 1]), "Expected `severity` to be from 1 to 5*");
        Example.Refuses(() => suite.Apply(good, (Corruption)19, 1, [0, 1]), "Expected `corruption` to be one of Corruption, but got 19.*");
        Example.Refuses(() => suite.Apply(good, Corruption.Fog, 1, [0]), "Expected `indices` to hold 2, one for each of `images`, but got 1.*");
        Example.Refuses(() => suite.Apply(good, Corruption.Fog, 1, [0, -1]), "Expected `indices` to be at least 0, but got -1.*");
        Example.Refuses(() => suite.Apply(zeros(1, 1, 32, 32), Corruption.Saturate, 1, [0]), "Expected `images` to have 3 channels for Saturate, but got [1, 1, 32, 32].*");
        Example.Refuses(() => _ = new CorruptionSuite((CorruptionScale)2, 1), "Expected `scale` to be one of CorruptionScale, but got 2.*");
        Example.Refuses(() => _ = new CorruptionSuite(CorruptionScale.Cifar, 1, zeros(3, 32, 32)), "Expected `frost` to have shape*");
        good.Dispose();
        FluentActions.Invoking(() => suite.Apply(good, Corruption.Fog, 1, [0, 1])).Should().Throw<ObjectDisposedException>();
    }

    // Something like photographs, in bytes: blobs and an edge.
    private static Tensor Photos(int count)
    {
        using var scope = NewDisposeScope();
        var noise = RandomTensors.Normal(11, [count, 3, 8, 8], ScalarType.Float32);
        var smooth = nn.functional.interpolate(noise, [32, 32], mode: InterpolationMode.Bilinear, align_corners: false);
        smooth.narrow(2, 10, 9).narrow(3, 4, 14).add_(0.8f);
        return smooth.mul(50).add(120).clamp(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
