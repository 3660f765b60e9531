using SelfSupervised.Training.Checkpoints;

namespace SelfSupervised.Training.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoint-").FullName;

    private string File_ => Path.Combine(_folder, "one.ckpt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Written_IsTheSameBitForBit()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [3, 4]), tensor(new long[] { 5, -6 }));
        Write(a, b);
        using var content = CheckpointFile.Read(File_);
        TensorAssert.Same(content.Tensors["a"], a);
        TensorAssert.Same(content.Tensors["b"], b);
        content.Metadata.Should().Equal(new Dictionary<string, string> { ["note"] = "höher" });
        Directory.GetFiles(_folder).Should().ContainSingle("nothing is left aside");
    }

    [Fact]
    public void Read_AnyBitFlipped_IsRefused()
    {
        Write(RandomTensors.Normal(1, [2, 2]), ones(1));
        var bytes = File.ReadAllBytes(File_);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(File_, damaged);
            FluentActions.Invoking(() => CheckpointFile.Read(File_)).Should().ThrowExactly<CheckpointException>($"byte {i} is damaged").Which.Path.Should().Be(File_);
        }
    }

    [Fact]
    public void Read_AnyLength_IsRefused()
    {
        Write(RandomTensors.Normal(1, [2, 2]), ones(1));
        var bytes = File.ReadAllBytes(File_);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(File_, bytes[..length]);
            FluentActions.Invoking(() => CheckpointFile.Read(File_)).Should().ThrowExactly<CheckpointException>($"{length} bytes are left");
        }

        File.WriteAllBytes(File_, [.. bytes, 0]);
        FluentActions.Invoking(() => CheckpointFile.Read(File_)).Should().ThrowExactly<CheckpointException>();
    }

    [Fact]
    public void Read_OtherVersion_SaysWhich()
    {
        Write(ones(1), ones(1));
        var bytes = File.ReadAllBytes(File_);
        bytes[8] = 2;
        File.WriteAllBytes(File_, bytes);
        FluentActions.Invoking(() => CheckpointFile.Read(File_)).Should().ThrowExactly<CheckpointException>()
            .WithMessage($"{File_} has version 2, but this library reads version 1.");
    }

    [Fact]
    public void Write_Fails_LeavesWhatWasThere()
    {
        Write(ones(1), ones(1));
        var before = File.ReadAllBytes(File_);
        var dead = ones(1);
        dead.Dispose();
        FluentActions.Invoking(() => Write(dead, ones(1))).Should().Throw<ObjectDisposedException>();
        File.ReadAllBytes(File_).Should().Equal(before);
        Directory.GetFiles(_folder).Should().ContainSingle();
    }

    [Fact]
    public void WriteAndRead_Lifetimes_LeaveNothing()
    {
        var (a, b) = (ones(3), ones(2));
        LeakCheck.NothingLeft(() => Write(a, b), a, b);
        LeakCheck.NothingLeft(() => CheckpointFile.Read(File_).Dispose());
    }

    [Fact]
    public void Prune_ManyCheckpoints_KeepsTheLatestAndNothingAside()
    {
        var folder = new CheckpointFolder(_folder, keep: 2);
        foreach (var step in new[] { 5, 20, 100, 3 })
        {
            File.WriteAllText(folder.PathOf(step), string.Empty);
        }

        File.WriteAllText(folder.PathOf(7) + ".abc.tmp", string.Empty);
        File.WriteAllText(Path.Combine(_folder, "step-x.ckpt"), string.Empty);
        folder.Checkpoints().Select(entry => entry.Step).Should().Equal(100, 20, 5, 3);
        folder.Prune(step: 20);
        folder.Checkpoints().Select(entry => entry.Step).Should().Equal(100, 20, 5);
        Directory.GetFiles(_folder).Should().HaveCount(4, "what is no checkpoint is not touched");
        FluentActions.Invoking(() => new CheckpointFolder(_folder, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("keep");
    }

    private void Write(Tensor a, Tensor b) => CheckpointFile.Write(
        File_, new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b }, new Dictionary<string, string> { ["note"] = "höher" });
}
