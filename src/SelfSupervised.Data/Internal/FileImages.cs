using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>Images from a file whose header says how many and how large they are.</summary>
internal static class FileImages
{
    /// <summary>The number and shape of images in an array of such sizes.</summary>
    public static (int Count, ImageShape Shape) Shape(DataFile file, long[] sizes, ImageLayout layout)
    {
        file.Expect($"hold images {Dimensions(layout)}, each size at least 1, and no image above 1 GiB");
        if (sizes.Length != (layout == ImageLayout.Nhw ? 3 : 4) || sizes.Any(size => size is < 1 or > int.MaxValue))
        {
            throw Wrong();
        }

        var (channels, height, width) = layout switch
        {
            ImageLayout.Nhw => (1, sizes[1], sizes[2]),
            ImageLayout.Nhwc => (sizes[3], sizes[1], sizes[2]),
            _ => (sizes[1], sizes[2], sizes[3]),
        };
        return (Int128)channels * height * width > 1 << 30
            ? throw Wrong()
            : ((int)sizes[0], new ImageShape((int)channels, (int)height, (int)width));

        DataFileException Wrong() => file.Wrong($"has the shape [{string.Join(", ", sizes)}]");
    }

    /// <summary>The images, which are all that the file still holds.</summary>
    public static ImageBlocks Read(DataFile file, int count, ImageShape shape, ImageLayout layout)
    {
        file.ExpectRest($"hold {count} images of {shape.Size} bytes", (long)count * shape.Size);
        var images = new ImageBlocks(count, shape.Size);
        var pixels = layout == ImageLayout.Nhwc ? new byte[shape.Size] : null;
        for (var i = 0; i < count; i++)
        {
            file.Fill(pixels ?? images.Image(i));
            if (pixels is not null)
            {
                Transposition.SwapLast(pixels, images.Image(i), shape.Height * shape.Width, shape.Channels);
            }
        }

        file.End();
        return images;
    }

    private static string Dimensions(ImageLayout layout) => layout switch
    {
        ImageLayout.Nhw => "[N, H, W]",
        ImageLayout.Nhwc => "[N, H, W, C]",
        _ => "[N, C, H, W]",
    };
}
