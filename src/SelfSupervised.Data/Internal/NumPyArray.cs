using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SelfSupervised.Data.Internal;

/// <summary>The header of a .npy file, and its values if they are whole numbers.</summary>
/// <remarks>
/// NumPy's format, versions 1 to 3 (NEP 1): the magic string, two version bytes, the header's length, and a Python
/// dictionary with the element type, the order of the elements and the shape. Pickled objects are never read.
/// </remarks>
internal sealed partial class NumPyArray
{
    private const int LongestHeader = 1 << 16;

    private readonly DataFile _file;
    private readonly bool _bigEndian;

    private NumPyArray(DataFile file, string type, bool bigEndian, long[] shape) =>
        (_file, Type, _bigEndian, Shape) = (file, type, bigEndian, shape);

    /// <summary>The element type without its byte order: u1, i8, f4.</summary>
    public string Type { get; }

    public long[] Shape { get; }

    /// <summary>Reads the header, after which the file stands at the values.</summary>
    public static NumPyArray Open(DataFile file)
    {
        file.Expect("begin with a NumPy header of version 1 to 3");
        Span<byte> start = stackalloc byte[8];
        file.Fill(start);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw file.Wrong($"begins with {Convert.ToHexString(start)}");
        }

        if (start[6] is < 1 or > 3)
        {
            throw file.Wrong($"says version {start[6]}.{start[7]}");
        }

        Span<byte> length = stackalloc byte[4];
        length.Clear();
        file.Fill(length[..(start[6] == 1 ? 2 : 4)]);
        var bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes > LongestHeader)
        {
            throw file.Wrong($"says its header has {bytes} bytes, more than {LongestHeader}");
        }

        var text = new byte[bytes];
        file.Fill(text);
        return Parse(file, Encoding.UTF8.GetString(text).Trim());
    }

    /// <summary>The values, one dimension of whole numbers, which are all that the file still holds.</summary>
    public int[] ReadLabels(int count)
    {
        _file.Expect($"hold {count} whole numbers like there are images, of type i or u and shape [{count}]");
        if (Shape is not [var found] || found != count || Type is not ("u1" or "i1" or "u2" or "i2" or "u4" or "i4" or "u8" or "i8"))
        {
            throw _file.Wrong($"has the type {Type} and the shape [{string.Join(", ", Shape)}]");
        }

        var size = Type[1] - '0';
        _file.ExpectRest($"hold {count} labels of {size} bytes", (long)count * size);
        var (labels, value) = (new int[count], new byte[size]);
        for (var i = 0; i < count; i++)
        {
            _file.Fill(value);
            var number = Number(value);
            labels[i] = number >= 0 && number <= int.MaxValue
                ? (int)number
                : throw _file.Wrong($"says {number} for image {i}, which is no class");
        }

        _file.End();
        return labels;
    }

    private static NumPyArray Parse(DataFile file, string header)
    {
        var (type, order, shape) = (TypeEntry().Match(header), OrderEntry().Match(header), ShapeEntry().Match(header));
        if (!type.Success || !order.Success || !shape.Success)
        {
            throw file.Wrong($"has the header {header}");
        }

        file.Expect("hold its values in C order (numpy.ascontiguousarray)");
        if (order.Groups[1].Value == "True")
        {
            throw file.Wrong("holds them in Fortran order");
        }

        file.Expect("have sizes below 2^63");
        var sizes = shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                ? size
                : throw file.Wrong($"has the header {header}"));
        return new NumPyArray(file, type.Groups[2].Value, type.Groups[1].Value == ">", [.. sizes]);
    }

    private Int128 Number(Span<byte> value)
    {
        if (_bigEndian)
        {
            value.Reverse();
        }

        Int128 number = 0;
        for (var i = value.Length - 1; i >= 0; i--)
        {
            number = (number << 8) | value[i];
        }

        var sign = (Int128)1 << ((8 * value.Length) - 1);
        return Type[0] == 'i' && number >= sign ? number - (2 * sign) : number;
    }

    [GeneratedRegex(@"'descr': *'([<>|=]?)([a-zA-Z]\d+)'")]
    private static partial Regex TypeEntry();

    [GeneratedRegex(@"'fortran_order': *(True|False)")]
    private static partial Regex OrderEntry();

    [GeneratedRegex(@"'shape': *\(([\d, ]*)\)")]
    private static partial Regex ShapeEntry();
}
