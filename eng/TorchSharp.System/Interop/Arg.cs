using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>One argument of an ATen operator; the native side turns it into what the operator's schema asks for.</summary>
internal readonly struct Arg
{
    internal readonly Tag Tag;
    internal readonly long Bits;
    internal readonly object? Object;

    private Arg(Tag tag, long bits, object? value = null) => (Tag, Bits, Object) = (tag, bits, value);

    internal static Arg None => default;

    /// <summary>The schema's own default.</summary>
    internal static Arg Default => new(Tag.Default, 0);

    public static implicit operator Arg(Tensor? value) => value is null ? default : new(Tag.Tensor, value.Handle, value);
    public static implicit operator Arg(Tensor?[] value) => new(Tag.Tensors, 0, value);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(long? value) => value is { } v ? new(Tag.Int, v) : default;
    public static implicit operator Arg(int value) => new(Tag.Int, value);
    public static implicit operator Arg(int? value) => value is { } v ? new(Tag.Int, v) : default;
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(float value) => (double)value;
    public static implicit operator Arg(float? value) => value is { } v ? (double)v : default(Arg);
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(bool? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(string? value) => value is null ? default : new(Tag.String, 0, value);
    public static implicit operator Arg(Scalar? value) => value is null ? default : value.AsArg();
    public static implicit operator Arg(long[]? value) => value is null ? default : new(Tag.Ints, 0, value);
    public static implicit operator Arg(double[]? value) => value is null ? default : new(Tag.Doubles, 0, value);
    public static implicit operator Arg(bool[] value) => new(Tag.Bools, 0, value);
    public static implicit operator Arg(System.Numerics.Complex value) => new(Tag.Complex, 0, new[] { value.Real, value.Imaginary });
    public static implicit operator Arg(ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(ScalarType? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(Device? value) => value is null ? default : new(Tag.Device, ((long)value.type << 32) | (uint)value.index);
    public static implicit operator Arg(Generator? value) => value is null ? default : new(Tag.Generator, value.Handle, value);
}
