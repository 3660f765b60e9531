using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Observers;

public sealed class TensorBoardObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checksum_CheckString_IsTheKnownOne() => EventReader.Checksum("123456789"u8).Should().Be(0xE3069283);

    [Fact]
    public void OnReport_TwoReports_AreReadBack()
    {
        var observer = new TensorBoardObserver(_folder.Path);
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        observer.OnReport(Run.Report(50, ("accuracy", 0.625), ("loss (viewmaker)", 0)));
        observer.OnReport(Run.Report(300, ("größe", double.NaN)) with { Health = null });
        var events = EventReader.Read(Directory.GetFiles(_folder.Path).Should().ContainSingle().Subject);
        events[0].Version.Should().Be("brain.Event:2");
        events.Skip(1).Select(one => (one.Step, one.Tag, one.Value)).Should().Equal(
            (50, "loss", 1234.5678f),
            (50, "learning_rate", 0.1f),
            (50, "health/positive_similarity", 0.75f),
            (50, "health/negative_similarity", 0.125f),
            (50, "health/effective_rank", 31.5f),
            (50, "health/alignment", 0.5f),
            (50, "health/uniformity", -2.25f),
            (50, "metrics/accuracy", 0.625f),
            (50, "metrics/loss (viewmaker)", 0f),
            (300, "loss", 1234.5678f),
            (300, "learning_rate", 0.1f),
            (300, "metrics/größe", float.NaN));
        events.Skip(1).Should().OnlyContain(one => one.WallTime >= before && one.WallTime < before + 3600);
    }

    [Fact]
    public void OnReport_AfterEachReport_IsInTheFile()
    {
        var observer = new TensorBoardObserver(_folder.Path);
        var path = Directory.GetFiles(_folder.Path).Single();
        EventReader.Read(path).Should().ContainSingle();
        observer.OnReport(Run.Report(50));
        EventReader.Read(path).Should().HaveCount(8);
        observer.OnEvent(Run.Event(TrainingEventKind.Completed));
        EventReader.Read(path).Should().HaveCount(8);
    }

    [Fact]
    public void Constructor_SecondRunInAFolder_LeavesTheFirstAlone()
    {
        var path = _folder.File("a/b");
        new TensorBoardObserver(path).OnReport(Run.Report(50));
        var first = Directory.GetFiles(path).Single();
        var before = File.ReadAllBytes(first);
        new TensorBoardObserver(path).OnReport(Run.Report(100));
        Directory.GetFiles(path).Should().HaveCount(2);
        File.ReadAllBytes(first).Should().Equal(before);
    }

    [Fact]
    public void Writer_NameAndTimes_AreTorchSharps()
    {
        var writer = torch.utils.tensorboard.SummaryWriter(_folder.Path, "tail");
        writer.LogDir.Should().Be(_folder.Path);
        writer.add_scalar("", -1, 0, 0);
        writer.add_scalar("x", 0, -1, 12);
        var path = Directory.GetFiles(_folder.Path).Single();
        Path.GetFileName(path).Should().MatchRegex($@"^events\.out\.tfevents\.\d{{18,}}\..*\.{Environment.ProcessId}\.1\.tail$");
        EventReader.Read(path).Skip(1).Should().Equal(
            new EventReader.Event(0, 0, null, "", -1), new EventReader.Event(12, -1, null, "x", 0));
        writer.Invoking(it => it.add_scalar(null!, 0, 0)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Writer_RunName_IsAFolderOfTheTime()
    {
        var writer = torch.utils.tensorboard.SummaryWriter(_folder.Path, createRunName: true);
        Path.GetDirectoryName(writer.LogDir).Should().Be(_folder.Path);
        Path.GetFileName(writer.LogDir).Should().MatchRegex(@"^[A-Z][a-z]{2}\d{1,2}_\d{1,2}-\d{1,2}-\d{1,2}_.+$");
        Directory.GetFiles(writer.LogDir).Should().ContainSingle();
    }

    [Fact]
    public void OnReport_ManyTimes_LeavesNoTensor()
    {
        var observer = new TensorBoardObserver(_folder.Path);
        LeakCheck.NothingLeft(() => observer.OnReport(Run.Report(50, ("accuracy", 1))));
    }

    [Fact]
    public void Arguments_Bad_Throw()
    {
        FluentActions.Invoking(() => new TensorBoardObserver("")).Should().Throw<ArgumentException>().WithParameterName("folder");
        FluentActions.Invoking(() => new TensorBoardObserver(null!)).Should().Throw<ArgumentNullException>().WithParameterName("folder");
        var file = _folder.File("file");
        File.WriteAllText(file, "");
        FluentActions.Invoking(() => new TensorBoardObserver(file)).Should().Throw<IOException>();
        var observer = new TensorBoardObserver(_folder.Path);
        observer.Invoking(it => it.OnReport(null!)).Should().Throw<ArgumentNullException>().WithParameterName("report");
        observer.Invoking(it => it.OnEvent(null!)).Should().Throw<ArgumentNullException>().WithParameterName("happening");
    }
}
