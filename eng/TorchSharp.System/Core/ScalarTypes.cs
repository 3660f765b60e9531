namespace TorchSharp;

public static partial class torch
{
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        ComplexFloat32 = 9,
        ComplexFloat64 = 10,
        Bool = 11,
        BFloat16 = 15,
    }

    // Fields in the genuine TorchSharp too: constants, and so part of what is compiled against it.
    public const ScalarType @bool = ScalarType.Bool;
    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType @short = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType @int = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType @long = ScalarType.Int64;
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType half = ScalarType.Float16;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType @float = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType @double = ScalarType.Float64;
    public const ScalarType complex64 = ScalarType.ComplexFloat32;
    public const ScalarType cfloat = ScalarType.ComplexFloat32;
    public const ScalarType complex128 = ScalarType.ComplexFloat64;
    public const ScalarType cdouble = ScalarType.ComplexFloat64;

    private static ScalarType s_defaultType = ScalarType.Float32;

    public static ScalarType get_default_dtype() => s_defaultType;

    public static void set_default_dtype(ScalarType dtype)
        => s_defaultType = dtype.IsFloatingPoint() ? dtype : throw new ArgumentException("only floating-point types are supported as the default type");

    public static void set_default_tensor_type(Tensor t) => set_default_dtype(t.dtype);

    public static bool is_integral(ScalarType type) => type.IsIntegral();
    public static bool is_floating_point(ScalarType type) => type.IsFloatingPoint();
    public static bool is_complex(ScalarType type) => type.IsComplex();
    public static bool is_integral(Tensor t) => t.is_integral();
    public static bool is_floating_point(Tensor input) => input.is_floating_point();
    public static bool is_complex(Tensor input) => input.is_complex();
}

internal static class ScalarTypes
{
    internal static bool IsIntegral(this torch.ScalarType type) => type is <= torch.ScalarType.Int64 or torch.ScalarType.Bool;

    internal static bool IsFloatingPoint(this torch.ScalarType type)
        => type is torch.ScalarType.Float16 or torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.BFloat16;

    internal static bool IsComplex(this torch.ScalarType type) => type is torch.ScalarType.ComplexFloat32 or torch.ScalarType.ComplexFloat64;

    internal static Type? ClrType(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte => typeof(byte),
        torch.ScalarType.Int8 => typeof(sbyte),
        torch.ScalarType.Int16 => typeof(short),
        torch.ScalarType.Int32 => typeof(int),
        torch.ScalarType.Int64 => typeof(long),
        torch.ScalarType.Float16 => typeof(Half),
        torch.ScalarType.Float32 => typeof(float),
        torch.ScalarType.Float64 => typeof(double),
        torch.ScalarType.ComplexFloat32 => typeof((float, float)),
        torch.ScalarType.ComplexFloat64 => typeof(System.Numerics.Complex),
        torch.ScalarType.Bool => typeof(bool),
        _ => null,
    };

    internal static torch.ScalarType Of(Type type)
    {
        foreach (var candidate in Enum.GetValues<torch.ScalarType>())
            if (ClrType(candidate) == type) return candidate;
        throw new NotSupportedException($"The type {type.FullName} is not supported.");
    }
}
