using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Observers;

public sealed class CsvObserverTests : IDisposable
{
    private const string Columns =
        "step,epoch,loss,learning_rate,seconds_per_step,positive_similarity,negative_similarity,effective_rank,alignment,uniformity";

    private const string Values = "1234.5678,0.1,0.25,0.75,0.125,31.5,0.5,-2.25";

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public CsvObserverTests() => _path = _folder.File("run.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnReport_TwoReports_HaveOneHeaderAndSortedMetrics()
    {
        var observer = Started();
        Run.InGerman(() => observer.OnReport(Run.Report(50, ("loss (viewmaker)", -0.5), ("accuracy", 0.625))));
        File.ReadAllText(_path).Should().Be($"{Columns},accuracy,loss (viewmaker)\n50,0,{Values},0.625,-0.5\n");
        observer.OnReport(Run.Report(100, ("accuracy", 1), ("loss (viewmaker)", double.NaN)));
        Lines().Should().Equal($"{Columns},accuracy,loss (viewmaker)", $"50,0,{Values},0.625,-0.5", $"100,1,{Values},1,NaN");
    }

    [Fact]
    public void OnReport_NoHealth_LeavesItsCellsEmpty()
    {
        Started().OnReport(Run.Report(50, ("accuracy", 0.5)) with { Health = null });
        Lines()[1].Should().Be("50,0,1234.5678,0.1,0.25,,,,,,0.5");
    }

    [Fact]
    public void OnReport_NameWithSeparators_IsQuotedOnOneLine()
    {
        Started().OnReport(Run.Report(50, ("a, \"b\"\nc", 1)));
        Lines()[0].Should().Be($"{Columns},\"a, \"\"b\"\" c\"");
        var resumed = Resumed(50);
        resumed.OnReport(Run.Report(100, ("a, \"b\"\nc", 2)));
        Lines().Should().HaveCount(3);
    }

    [Fact]
    public void OnReport_OtherMetricsWithinARun_Throws()
    {
        var observer = Started();
        observer.OnReport(Run.Report(50, ("accuracy", 1)));
        observer.Invoking(it => it.OnReport(Run.Report(100))).Should().Throw<InvalidDataException>().WithMessage("*step 100*accuracy*");
        Lines().Should().HaveCount(2);
    }

    [Fact]
    public void OnReport_NoEventBefore_BeginsTheFileAnew()
    {
        Started().OnReport(Run.Report(50));
        new CsvObserver(_path).OnReport(Run.Report(70));
        Lines().Should().Equal(Columns, $"70,0,{Values}");
    }

    [Fact]
    public void OnEvent_StartedOverAnEarlierRun_BeginsAnewWithOtherMetrics()
    {
        Started().OnReport(Run.Report(50, ("accuracy", 1)));
        var second = Started();
        File.Exists(_path).Should().BeFalse();
        second.OnReport(Run.Report(60, ("temperature", 0.5)));
        Lines().Should().Equal($"{Columns},temperature", $"60,0,{Values},0.5");
    }

    [Fact]
    public void OnEvent_Resumed_KeepsEarlierRowsAndDropsLaterOnes()
    {
        var first = Started();
        foreach (var step in (int[])[50, 100, 150, 200])
        {
            first.OnReport(Run.Report(step, ("accuracy", 0.5)));
        }

        var second = Resumed(100);
        Lines().Should().Equal($"{Columns},accuracy", $"50,0,{Values},0.5", $"100,1,{Values},0.5");
        second.OnReport(Run.Report(150, ("accuracy", 0.75)));
        Lines().Should().HaveCount(4).And.EndWith($"150,1,{Values},0.75");
        Directory.GetFiles(_folder.Path).Should().Equal(_path);
    }

    [Fact]
    public void OnEvent_ResumedWithNothingToDrop_LeavesTheFileAlone()
    {
        Started().OnReport(Run.Report(50));
        File.SetLastWriteTimeUtc(_path, DateTime.UnixEpoch);
        _ = Resumed(50);
        File.GetLastWriteTimeUtc(_path).Should().Be(DateTime.UnixEpoch);
    }

    [Fact]
    public void OnEvent_ResumedAfterACutRow_DropsIt()
    {
        Started().OnReport(Run.Report(50));
        File.AppendAllText(_path, "9");
        Resumed(90).OnReport(Run.Report(100));
        Lines().Should().Equal(Columns, $"50,0,{Values}", $"100,1,{Values}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("step,epo")]
    [InlineData(Columns + ",accuracy")]
    public void OnEvent_ResumedAfterACutHeader_BeginsAnew(string content)
    {
        File.WriteAllText(_path, content);
        Resumed(90).OnReport(Run.Report(100));
        Lines().Should().Equal(Columns, $"100,1,{Values}");
    }

    [Fact]
    public void OnEvent_ResumedWithoutAFile_BeginsOne()
    {
        Resumed(90).OnReport(Run.Report(100));
        Lines().Should().Equal(Columns, $"100,1,{Values}");
    }

    [Fact]
    public void OnReport_ResumedWithAnotherHeader_Throws()
    {
        Started().OnReport(Run.Report(50, ("accuracy", 1)));
        var before = File.ReadAllText(_path);
        Resumed(50).Invoking(it => it.OnReport(Run.Report(100, ("temperature", 1)))).Should().Throw<InvalidDataException>()
            .WithMessage($"Expected the report of step 100 to have the columns of {_path}, {Columns},accuracy, but got {Columns},temperature.");
        File.ReadAllText(_path).Should().Be(before);
    }

    [Theory]
    [InlineData("name,size\ncat,3\n")]
    [InlineData("precious")]
    [InlineData("\n")]
    [InlineData(Columns + "x\n")]
    [InlineData(Columns + "\nfifty,0\n")]
    [InlineData(Columns + "\n\n")]
    public void OnEvent_ForeignFile_IsRefusedAndLeftAlone(string content)
    {
        foreach (var kind in (TrainingEventKind[])[TrainingEventKind.Started, TrainingEventKind.Resumed])
        {
            File.WriteAllText(_path, content);
            new CsvObserver(_path).Invoking(it => it.OnEvent(Run.Event(kind))).Should().Throw<InvalidDataException>().WithMessage($"*{_path}*");
            File.ReadAllText(_path).Should().Be(content);
        }
    }

    [Fact]
    public void OnEvent_OtherKinds_ChangeNothing()
    {
        var observer = Started();
        observer.OnReport(Run.Report(50));
        var before = File.ReadAllText(_path);
        foreach (var kind in Enum.GetValues<TrainingEventKind>().Except([TrainingEventKind.Started, TrainingEventKind.Resumed]))
        {
            observer.OnEvent(Run.Event(kind));
        }

        File.ReadAllText(_path).Should().Be(before);
    }

    [Fact]
    public void Constructor_MissingFolder_IsMade()
    {
        var observer = new CsvObserver(_folder.File("a/b/run.csv"));
        observer.OnReport(Run.Report(50));
        File.Exists(observer.Path).Should().BeTrue();
    }

    [Fact]
    public void Arguments_Bad_Throw()
    {
        FluentActions.Invoking(() => new CsvObserver("")).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => new CsvObserver(null!)).Should().Throw<ArgumentNullException>().WithParameterName("path");
        var observer = new CsvObserver(_path);
        observer.Invoking(it => it.OnReport(null!)).Should().Throw<ArgumentNullException>().WithParameterName("report");
        observer.Invoking(it => it.OnEvent(null!)).Should().Throw<ArgumentNullException>().WithParameterName("happening");
        File.Exists(_path).Should().BeFalse();
    }

    private CsvObserver Started() => After(TrainingEventKind.Started, 0);

    private CsvObserver Resumed(int step) => After(TrainingEventKind.Resumed, step);

    private CsvObserver After(TrainingEventKind kind, int step)
    {
        var observer = new CsvObserver(_path);
        observer.OnEvent(Run.Event(kind, step));
        return observer;
    }

    private string[] Lines() => File.ReadAllLines(_path);
}
