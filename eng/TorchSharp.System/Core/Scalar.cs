using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number for an operator. The genuine one is a native object; this one is not, but is disposed alike.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long _bits;
    private readonly Complex _complex;
    private bool _disposed;

    private Scalar(ScalarType type, long bits, Complex complex = default) => (Type, _bits, _complex) = (type, bits, complex);

    // libtorch keeps every real number as a double and every integer as an int64.
    public ScalarType Type { get; }

    public void Dispose() => _disposed = true;

    public static implicit operator Scalar(byte value) => Of(value);
    public static implicit operator Scalar(sbyte value) => Of(value);
    public static implicit operator Scalar(short value) => Of(value);
    public static implicit operator Scalar(int value) => Of(value);
    public static implicit operator Scalar(long value) => Of(value);
    public static implicit operator Scalar(Half value) => Of((double)value);
    public static implicit operator Scalar(float value) => Of((double)value);
    public static implicit operator Scalar(double value) => Of(value);
    public static implicit operator Scalar(bool value) => new(ScalarType.Bool, value ? 1 : 0);
    public static implicit operator Scalar((float, float) value) => Of(new Complex(value.Item1, value.Item2));
    public static implicit operator Scalar(Complex value) => Of(value);

    internal static Scalar Of(string op, in Value value) => value.Tag switch
    {
        Tag.Int => Of(value.Bits),
        Tag.Bool => value.Bits != 0,
        Tag.Double => Of(BitConverter.Int64BitsToDouble(value.Bits)),
        Tag.Complex => TakeComplex(value),
        _ => throw Aten.Unexpected(op, value),
    };

    internal double Real => Live().Type switch
    {
        ScalarType.Float64 => BitConverter.Int64BitsToDouble(_bits),
        ScalarType.ComplexFloat64 => _complex.Real,
        _ => _bits,
    };

    internal long Integer => Live().Type is ScalarType.Int64 or ScalarType.Bool ? _bits : (long)Real;

    internal Complex AsComplex => Live().Type == ScalarType.ComplexFloat64 ? _complex : Real;

    internal Arg AsArg() => Live().Type switch
    {
        ScalarType.Float64 => BitConverter.Int64BitsToDouble(_bits),
        ScalarType.Bool => _bits != 0,
        ScalarType.ComplexFloat64 => _complex,
        _ => _bits,
    };

    private static Scalar Of(long value) => new(ScalarType.Int64, value);

    private static Scalar Of(double value) => new(ScalarType.Float64, BitConverter.DoubleToInt64Bits(value));

    private static Scalar Of(Complex value) => new(ScalarType.ComplexFloat64, 0, value);

    private static unsafe Scalar TakeComplex(in Value value)
    {
        var parts = (double*)value.Bits;
        var number = new Complex(parts[0], parts[1]);
        Native.ts_free(parts);
        return Of(number);
    }

    private Scalar Live() => !_disposed ? this : throw new InvalidOperationException("Scalar invalid -- empty handle.");
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this Half value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;
    public static Scalar ToScalar(this (float, float) value) => value;
    public static Scalar ToScalar(this Complex value) => value;

    public static byte ToByte(this Scalar value) => (byte)value.Integer;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Integer;
    public static short ToInt16(this Scalar value) => (short)value.Integer;
    public static int ToInt32(this Scalar value) => (int)value.Integer;
    public static long ToInt64(this Scalar value) => value.Integer;
    public static Half ToHalf(this Scalar value) => (Half)value.Real;
    public static float ToSingle(this Scalar value) => (float)value.Real;
    public static double ToDouble(this Scalar value) => value.Real;
    public static bool ToBoolean(this Scalar value) => value.Real != 0;
    public static (float Real, float Imaginary) ToComplexFloat32(this Scalar value) => ((float)value.AsComplex.Real, (float)value.AsComplex.Imaginary);
    public static Complex ToComplexFloat64(this Scalar value) => value.AsComplex;
}
