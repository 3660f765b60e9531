namespace SelfSupervised.Evaluation.Tests.Features;

public sealed class FeatureExtractorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly nn.Module<Tensor, Tensor> _encoder = nn.Sequential(
        ("conv", nn.Conv2d(3, 4, 3)), ("norm", nn.BatchNorm2d(4)), ("drop", nn.Dropout(0.5)), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()));

    public void Dispose()
    {
        _encoder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Extract_Batches_GivesTheirFeaturesInOrder()
    {
        var images = Images(7);
        var features = FeatureExtractor.Extract(_encoder, images.split(3));

        _encoder.eval();
        using var noGradient = no_grad();
        TensorAssert.Close(features, _encoder.call(images));
        (features.dtype, features.device_type, features.requires_grad).Should().Be((ScalarType.Float32, DeviceType.CPU, false));
    }

    [Fact]
    public void Extract_TrainingEncoder_LeavesParametersAndBuffersBitIdentical()
    {
        var before = _encoder.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        FeatureExtractor.Extract(_encoder, [Images(4), Images(5)]);

        var after = _encoder.state_dict();
        after.Keys.Should().BeEquivalentTo(before.Keys);
        foreach (var (name, value) in after)
        {
            TensorAssert.Same(value, before[name]);
        }

        _encoder.parameters().Select(parameter => (parameter.grad is null, parameter.requires_grad)).Should().AllBeEquivalentTo((true, true));
    }

    [Fact]
    public void Extract_MixedModes_RestoresEachModule()
    {
        var norm = _encoder.named_children().Single(child => child.name == "norm").module;
        norm.eval();
        FeatureExtractor.Extract(_encoder, [Images(4)]);
        _encoder.named_children().Select(child => (child.name, child.module.training)).Should().Equal(
            ("conv", true), ("norm", false), ("drop", true), ("pool", true), ("flat", true));
        _encoder.training.Should().BeTrue();

        _encoder.eval();
        norm.train();
        FeatureExtractor.Extract(_encoder, [Images(4)]);
        (_encoder.training, norm.training).Should().Be((false, true));
    }

    [Fact]
    public void Extract_EncoderThrows_RestoresTheMode()
    {
        FluentActions.Invoking(() => FeatureExtractor.Extract(_encoder, [Images(2), ones(2, 5, 8, 8)])).Should().Throw<Exception>();
        _encoder.named_modules().Should().OnlyContain(entry => entry.module.training);
        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void Extract_EncoderThatReturnsItsInput_GivesACopy()
    {
        using var encoder = nn.Identity();
        var batch = ones(3, 2);
        var features = FeatureExtractor.Extract(encoder, [batch]);
        batch.zero_();
        TensorAssert.Close(features, [1, 1, 1, 1, 1, 1], [3, 2]);
        _scope.Contains(batch).Should().BeTrue();
    }

    [Fact]
    public void Extract_Float64Encoder_GivesFloat32()
    {
        using var encoder = nn.Linear(2, 3, dtype: ScalarType.Float64);
        FeatureExtractor.Extract(encoder, [ones(3, 2, dtype: ScalarType.Float64)]).dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Extract_Progress_CountsImages()
    {
        var counts = new Recorder();
        FeatureExtractor.Extract(_encoder, Images(7).split(3), counts);
        counts.Values.Should().Equal(3, 6, 7);
    }

    [Fact]
    public void Extract_BatchesMadeOnTheFly_FreesThemAndKeepsTheOthers()
    {
        var (alive, kept) = (new List<Tensor>(), Images(2));
        LeakCheck.OnlyResult(() => FeatureExtractor.Extract(_encoder, Made().Append(kept)), kept);
        alive.Should().OnlyContain(batch => batch.IsInvalid);

        IEnumerable<Tensor> Made()
        {
            for (var i = 0; i < 3; i++)
            {
                var batch = Images(2);
                alive.Add(batch);
                yield return batch;
            }
        }
    }

    [Fact]
    public void Extract_BadInput_Throws()
    {
        Example.Refuses(() => FeatureExtractor.Extract(_encoder, []), "Expected `batches` to hold at least one batch, but it is empty.*");
        Example.Refuses(() => FeatureExtractor.Extract(_encoder, [ones(0, 3, 8, 8)]), "Expected `batches` to hold images, but got one of shape [0, 3, 8, 8].*");
        FluentActions.Invoking(() => FeatureExtractor.Extract(null!, [])).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => FeatureExtractor.Extract(_encoder, null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => FeatureExtractor.Extract(_encoder, [null!])).Should().Throw<ArgumentNullException>();
        var gone = Images(1);
        gone.Dispose();
        FluentActions.Invoking(() => FeatureExtractor.Extract(_encoder, [gone])).Should().Throw<ObjectDisposedException>();

        using var map = nn.Conv2d(3, 4, 3);
        Example.Refuses(() => FeatureExtractor.Extract(map, [Images(2)]), "Expected `encoder` to give features of shape [2, d], but got [2, 4, 6, 6].");
        using var flat = nn.Flatten();
        Example.Refuses(
            () => FeatureExtractor.Extract(flat, [Images(2), ones(2, 3, 4, 4)]), "Expected `encoder` to give features of shape [2, 192], but got [2, 48].");
    }

    private static Tensor Images(int count) => RandomTensors.Normal(count, [count, 3, 8, 8], ScalarType.Float32);

    private sealed class Recorder : IProgress<long>
    {
        public List<long> Values { get; } = [];

        public void Report(long value) => Values.Add(value);
    }
}
