using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>The element types of the format, and libtorch's.</summary>
internal static class SafetensorsType
{
    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static bool TryParse(string? name, out ScalarType type, out int size)
    {
        (var known, type, size) = Types.FirstOrDefault(entry => entry.Name == name);
        return known is not null;
    }

    public static bool TryName(ScalarType type, out string name, out int size)
    {
        (name, _, size) = Types.FirstOrDefault(entry => entry.Type == type && entry.Name is not null);
        return name is not null;
    }
}
