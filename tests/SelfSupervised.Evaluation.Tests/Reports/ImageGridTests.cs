using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class ImageGridTests : IDisposable
{
    private static readonly ReportImage _image = new([10, 20, 30, 40, 50, 60], 1, 3, 2);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Content_Marks_DifferWithoutColourToo()
    {
        var cells = new[] { ImageMark.None, ImageMark.Query, ImageMark.Match, ImageMark.Mismatch }.Select(mark => new ImageCell(_image, "0.9", mark));
        var figure = Page.Figure(new ImageGrid("Grid", [new("first", cells)]) { ColumnLabels = ["a", "b"], ImageWidth = 40 });
        figure.All("th").Select(cell => (cell.Value, cell.Text("scope"))).Should().Equal(("a", "col"), ("b", "col"), ("first", "row"));
        figure.All("img").Select(image => (image.Text("class"), image.Text("alt"))).Should().Equal(
            ("plain", "first, a, 0.9"), ("query", "first, b, 0.9, query"), ("match", "first, image 3, 0.9, match"), ("mismatch", "first, image 4, 0.9, mismatch"));
        figure.All("b").Select(sign => sign.Value).Should().Equal("", "", "✓", "✗");
        figure.All("img").Should().OnlyContain(image => image.Text("width") == "40" && image.Text("height") == "60");
    }

    [Fact]
    public void Content_Image_IsItsPng()
    {
        var figure = Page.Figure(new ImageGrid("Grid", [new(null, [_image]), new(null, [_image, _image])]));
        figure.All("th").Should().BeEmpty();
        figure.All("p").Should().BeEmpty();
        figure.All("tr").Select(row => row.All("td").Length).Should().Equal(1, 2);
        var source = figure.All("img")[2].Text("src");
        PngTests.Decode(Convert.FromBase64String(source["data:image/png;base64,".Length..]), 1, 3, 2).Should().Equal(10, 20, 30, 40, 50, 60);
    }

    [Fact]
    public void Of_Batch_ClampsAndRounds()
    {
        var images = tensor(new[] { -1f, 0, 0.5f, 0.999f, 1, 7 }, [2, 3, 1, 1]).requires_grad_();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16 })
        {
            var made = ReportImage.Of(images.to(type));
            made.Select(image => (image.Height, image.Width)).Should().Equal((1, 1), (1, 1));
            Pixels(made[0], 3).Should().Equal(0, 0, 128);
            Pixels(made[1], 3).Should().Equal(255, 255, 255);
        }

        var transposed = tensor(new[] { 0f, 0.2f, 0.4f, 0.6f, 0.8f, 1 }, [1, 1, 2, 3]).transpose(2, 3);
        Pixels(ReportImage.Of(transposed)[0], 1).Should().Equal(0, 153, 51, 204, 102, 255);
    }

    [Fact]
    public void Of_Batch_LeavesNoTensorBehind()
    {
        var images = rand(4, 3, 8, 8);
        LeakCheck.NothingLeft(() => ReportImage.Of(images), images);
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new ImageGrid("A", []), "Expected `rows` to hold at least one row, but it is empty.*");
        Example.Refuses(() => _ = new ImageRow("a", Array.Empty<ReportImage>()), "Expected `images` to hold at least one image, but it is empty.*");
        Example.Refuses(
            () => _ = new ImageGrid("A", [new(null, [_image])]) { ColumnLabels = ["a", "b"] }, "Expected `ColumnLabels` to hold at most 1 texts, one a column, but got 2.*");
        Example.Refuses(() => _ = new ImageGrid("A", [new(null, [_image])]) { ImageWidth = 0 }, "Expected `ImageWidth` to be from 8 to 1024, in CSS pixels, but got 0.*");
        Example.Refuses(() => ReportImage.Of(ones(3, 8, 8)), "Expected `images` to have shape [N, C, H, W], C 1 or 3 and the others at least 1, but got [3, 8, 8].*");
        Example.Refuses(() => ReportImage.Of(ones(1, 2, 8, 8)), "Expected `images` to have shape *, but got [1, 2, 8, 8].*");
        Example.Refuses(() => ReportImage.Of(ones(1, 3, 8, 8, dtype: ScalarType.Byte)), "Expected `images` to be Float16, BFloat16, Float32 or Float64, but got Byte.*");
        Example.Refuses(() => ReportImage.Of(full([1, 1, 2, 2], float.NaN)), "Expected `images` to be finite, but 4 of its 4 values are NaN or infinite.*");
        var gone = ones(1, 1, 2, 2);
        gone.Dispose();
        FluentActions.Invoking(() => ReportImage.Of(gone)).Should().Throw<ObjectDisposedException>();
    }

    private static byte[] Pixels(ReportImage image, int channels) => PngTests.Decode(Convert.FromBase64String(image.Base64), channels, image.Height, image.Width);
}
