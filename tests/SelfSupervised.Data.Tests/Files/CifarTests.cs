using System.IO.Compression;
using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

public sealed class CifarTests : IDisposable
{
    private const long Size10 = 10_000 * 3073;
    private const long Size100 = 10_000 * 3074;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cifar10Test_TwoRecordsSet_AreReadWithTheirLabels()
    {
        var red = Enumerable.Repeat((byte)255, 1024).ToArray();
        _folder.WriteSparse("test_batch.bin", Size10, (0, [7, 1, 2, 3]), (3073 * 9_999, [9, .. red]));
        var set = Cifar10.Test(_folder.Path);

        (set.Count, set.Shape).Should().Be((10_000, new ImageShape(3, 32, 32)));
        set.Labels!.NameOf(set.Labels.Values[0]).Should().Be("horse");
        set.Labels!.NameOf(set.Labels.Values[9_999]).Should().Be("truck");
        set.Bytes(0)[..4].ToArray().Should().Equal(1, 2, 3, 0);
        set.Bytes(9_999).ToArray().Should().Equal([.. red, .. new byte[2048]]);
    }

    [Fact]
    public void Cifar10Train_FiveFilesInTheArchivesFolder_AreReadInOrder()
    {
        for (byte i = 1; i <= 5; i++)
        {
            _folder.WriteSparse($"cifar-10-batches-bin/data_batch_{i}.bin", Size10, (0, [i, i]));
        }

        var set = Cifar10.Train(_folder.Path);
        set.Count.Should().Be(50_000);
        int[] first = [0, 10_000, 20_000, 30_000, 40_000];
        set.Labels!.At(first).Should().Equal(1, 2, 3, 4, 5);
        first.Select(i => set.Bytes(i)[0]).Should().Equal(1, 2, 3, 4, 5);
    }

    [Fact]
    public void Cifar10Test_Gzipped_IsUnpacked()
    {
        using (var gzip = new GZipStream(File.Create(_folder.File("test_batch.bin")), CompressionLevel.Fastest))
        {
            gzip.Write([3, 50]);
            gzip.Write(new byte[Size10 - 2]);
        }

        var set = Cifar10.Test(_folder.Path);
        (set.Labels!.Values[0], set.Bytes(0)[0]).Should().Be((3, (byte)50));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-3073)]
    [InlineData(1)]
    public void Cifar10Test_OtherSize_Throws(int more)
    {
        var file = _folder.WriteSparse("test_batch.bin", Size10 + more);
        FileError.Of(() => Cifar10.Test(_folder.Path)).Should()
            .Be($"Expected {file} to hold 10000 records of 3073 bytes, 30730000 bytes in all, but it has {Size10 + more} bytes.");
    }

    [Fact]
    public void Cifar10Test_LabelOfNoClass_Throws()
    {
        var file = _folder.WriteSparse("test_batch.bin", Size10, (3073 * 42, [10]));
        FileError.Of(() => Cifar10.Test(_folder.Path)).Should()
            .Be($"Expected {file} to hold labels from 0 to 9, but it says 10 for image 42.");
    }

    [Fact]
    public void Cifar10Test_NoFile_Throws() =>
        FluentActions.Invoking(() => Cifar10.Test(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage(
            $"Expected `folder` to hold test_batch.bin or cifar-10-batches-bin/test_batch.bin, but {_folder.Path} has neither.");

    [Fact]
    public void Cifar100Test_OneRecordSet_HasClassAndSuperclass()
    {
        WriteNames(100);
        _folder.WriteSparse("test.bin", Size100, (3074, [19, 99, 5, 6]));
        var set = Cifar100.Test(_folder.Path);

        set.Labels!.NameOf(set.Labels.Values[1]).Should().Be("fine99");
        var superclass = set.Factors.Should().ContainSingle().Subject;
        superclass.NameOf(superclass.Values[1]).Should().Be("coarse19");
        set.Bytes(1)[..3].ToArray().Should().Equal(5, 6, 0);
    }

    [Theory]
    [InlineData(20, 0, "labels from 0 to 19, but it says 20 for image 1")]
    [InlineData(0, 100, "labels from 0 to 99, but it says 100 for image 1")]
    public void Cifar100Test_LabelOfNoClass_Throws(byte coarse, byte fine, string message)
    {
        WriteNames(100);
        _folder.WriteSparse("test.bin", Size100, (3074, [coarse, fine]));
        FileError.Of(() => Cifar100.Test(_folder.Path)).Should().Contain(message);
    }

    [Theory]
    [InlineData(99, "99")]
    [InlineData(101, "more")]
    public void Cifar100Train_OtherNumberOfNames_Throws(int names, string found)
    {
        WriteNames(names);
        _folder.WriteSparse("train.bin", 5 * Size100);
        FileError.Of(() => Cifar100.Train(_folder.Path)).Should()
            .Be($"Expected {_folder.File("fine_label_names.txt")} to hold 100 names, one a line, but it holds {found}.");
    }

    private void WriteNames(int fine)
    {
        File.WriteAllLines(_folder.File("coarse_label_names.txt"), Enumerable.Range(0, 20).Select(i => $"coarse{i}"));
        File.WriteAllLines(_folder.File("fine_label_names.txt"), Enumerable.Range(0, fine).Select(i => $"fine{i}").Append(""));
    }
}
