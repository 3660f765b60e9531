using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Weights;

public sealed class MoCoNamesTests
{
    [Fact]
    public void Checkpoint_MoCosNames_LoadsIntoEncoderAndHeadAndBack()
    {
        using var scope = NewDisposeScope();
        var (encoder, head) = (Encoder(1), Head(1));
        var checkpoint = Checkpoint(encoder, head, prefix: "module.");
        using var file = Stored(checkpoint);
        var (loadedEncoder, loadedHead) = (Encoder(2), Head(2));
        loadedEncoder.LoadSafetensors(file, rename: MoCoNames.ToEncoder).IsExact.Should().BeTrue();
        file.Position = 0;
        loadedHead.LoadSafetensors(file, rename: MoCoNames.ToHead).IsExact.Should().BeTrue();
        var images = RandomTensors.Normal(1, [2, 3, 32, 32], float32);
        encoder.eval();
        loadedEncoder.eval();
        TensorAssert.Same(loadedHead.call(loadedEncoder.call(images)), head.call(encoder.call(images)));

        using var back = new MemoryStream();
        loadedEncoder.SaveSafetensors(back, rename: MoCoNames.FromEncoder);
        using var backHead = new MemoryStream();
        loadedHead.SaveSafetensors(backHead, rename: MoCoNames.FromHeadV2);
        back.Position = backHead.Position = 0;
        using var content = Safetensors.Read(back);
        using var headContent = Safetensors.Read(backHead);
        var queries = checkpoint.Where(entry => entry.Key.Contains("encoder_q", StringComparison.Ordinal)).ToDictionary();
        content.Tensors.Keys.Concat(headContent.Tensors.Keys).Should().BeEquivalentTo(queries.Keys);
        foreach (var (name, value) in content.Tensors.Concat(headContent.Tensors))
        {
            TensorAssert.Same(value, queries[name]);
        }
    }

    [Fact]
    public void Checkpoint_OneDevice_LoadsToo()
    {
        using var scope = NewDisposeScope();
        using var file = Stored(Checkpoint(Encoder(1), Head(1), prefix: string.Empty));
        Encoder(2).LoadSafetensors(file, rename: MoCoNames.ToEncoder).IsExact.Should().BeTrue();
    }

    [Theory]
    [InlineData("module.encoder_q.fc.weight", null, "layers.0.weight")]
    [InlineData("module.encoder_q.fc.2.bias", null, "layers.2.bias")]
    [InlineData("encoder_q.layer1.0.bn1.running_mean", "layer1.0.bn1.running_mean", null)]
    [InlineData("module.encoder_k.conv1.weight", null, null)]
    [InlineData("module.queue", null, null)]
    [InlineData("module.queue_ptr", null, null)]
    [InlineData("encoder_q.", null, null)]
    public void Names_OfACheckpoint_GoWhereTheyBelong(string stored, string? encoder, string? head)
    {
        MoCoNames.ToEncoder(stored).Should().Be(encoder);
        MoCoNames.ToHead(stored).Should().Be(head);
    }

    [Fact]
    public void Names_OfHeads_GoBack()
    {
        MoCoNames.FromHeadV1("layers.0.weight").Should().Be("module.encoder_q.fc.weight");
        MoCoNames.FromHeadV1("layers.2.weight").Should().BeNull();
        MoCoNames.FromHeadV2("layers.2.weight").Should().Be("module.encoder_q.fc.2.weight");
        MoCoNames.FromHeadV2("other").Should().BeNull();
        FluentActions.Invoking(() => MoCoNames.ToEncoder(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Save_TwoNamesMadeOne_Throws()
    {
        using var file = new MemoryStream();
        using var head = Head(1);
        head.Invoking(one => one.SaveSafetensors(file, rename: _ => "same")).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `rename` to give each name another one, but `*` is not the only `same`.*");
    }

    private static Dictionary<string, Tensor> Checkpoint(ResNet encoder, ProjectionHead head, string prefix)
    {
        var checkpoint = new Dictionary<string, Tensor>();
        foreach (var network in new[] { "encoder_q", "encoder_k" })
        {
            foreach (var (name, value) in encoder.state_dict())
            {
                checkpoint[$"{prefix}{network}.{name}"] = value;
            }

            foreach (var (name, value) in head.state_dict())
            {
                checkpoint[$"{prefix}{network}.fc.{name["layers.".Length..]}"] = value;
            }
        }

        checkpoint[$"{prefix}queue"] = zeros(8, 16);
        checkpoint[$"{prefix}queue_ptr"] = zeros([1], int64);
        return checkpoint;
    }

    private static MemoryStream Stored(Dictionary<string, Tensor> checkpoint)
    {
        var file = new MemoryStream();
        Safetensors.Write(file, checkpoint);
        file.Position = 0;
        return file;
    }

    private static ResNet Encoder(ulong seed)
    {
        using var generator = new Generator(seed);
        return new ResNet(new ResNetLayout(18, baseWidth: 4), generator: generator);
    }

    private static ProjectionHead Head(ulong seed)
    {
        using var generator = new Generator(seed);
        return ProjectionHead.MoCoV2(32, 8, generator);
    }
}
