using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

public sealed class Stl10Tests : IDisposable
{
    private const int Image = 3 * 96 * 96;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_ColumnAfterColumn_BecomesRowAfterRow()
    {
        // The file's second value is the pixel under the first; its 97th is the one to the right of the first.
        var column = new byte[98];
        (column[0], column[1], column[96], column[97]) = (1, 2, 3, 4);
        _folder.WriteSparse("train_X.bin", 5_000L * Image, (Image, column), ((2L * Image) - 2, [8, 9]));
        _folder.WriteSparse("train_y.bin", 5_000, (0, Labels(5_000)));
        var set = Stl10.Train(_folder.Path);

        (set.Count, set.Shape).Should().Be((5_000, new ImageShape(3, 96, 96)));
        var image = set.Bytes(1);
        (image[0], image[96], image[1], image[97]).Should().Be(((byte)1, (byte)2, (byte)3, (byte)4));
        (image[Image - 97], image[Image - 1]).Should().Be(((byte)8, (byte)9));
        set.Labels!.Values[..11].ToArray().Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
        set.Labels!.NameOf(7).Should().Be("monkey");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public void Test_LabelOfNoClass_Throws(byte label)
    {
        _folder.WriteSparse("stl10_binary/test_X.bin", 8_000L * Image);
        var file = _folder.WriteSparse("stl10_binary/test_y.bin", 8_000, (0, Labels(8_000)), (17, [label]));
        FileError.Of(() => Stl10.Test(_folder.Path)).Should()
            .Be($"Expected {file} to hold labels from 1 to 10, but it says {label} for image 17.");
    }

    [Fact]
    public void Train_TruncatedLabels_Throws()
    {
        _folder.WriteSparse("train_X.bin", 5_000L * Image);
        var file = _folder.WriteSparse("train_y.bin", 4_999);
        FileError.Of(() => Stl10.Train(_folder.Path)).Should()
            .Be($"Expected {file} to hold 5000 labels, 5000 bytes in all, but it has 4999 bytes.");
    }

    [Fact]
    public void Unlabelled_TruncatedImages_Throws()
    {
        var file = _folder.WriteSparse("unlabeled_X.bin", 99_999L * Image);
        FileError.Of(() => Stl10.Unlabelled(_folder.Path)).Should().Be(
            $"Expected {file} to hold 100000 images of 27648 bytes, 2764800000 bytes in all, but it has 2764772352 bytes.");
    }

    [Fact]
    public void Unlabelled_NoFile_Throws() =>
        FluentActions.Invoking(() => Stl10.Unlabelled(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*unlabeled_X.bin*");

    private static byte[] Labels(int count) => Enumerable.Range(0, count).Select(i => (byte)((i % 10) + 1)).ToArray();
}
