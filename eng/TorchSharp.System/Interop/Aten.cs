using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Calls an ATen operator by its name and overload, such as <c>aten::add.Tensor</c>.</summary>
internal static unsafe class Aten
{
    // Names are literals, so that identity finds them; another string of the same text gets an entry of its own.
    private static readonly ConcurrentDictionary<string, IntPtr> Operators = new(ByIdentity.Instance);

    internal static Tensor Call(string op, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Invoke(op, args, &result, 1);
        return new Tensor(result.Tag == Tag.Tensor ? (IntPtr)result.Bits : throw Unexpected(op, result));
    }

    internal static (Tensor, Tensor) Call2(string op, params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc Value[2];
        Invoke(op, args, results, 2);
        return (Optional(results[0])!, Optional(results[1])!);
    }

    internal static (Tensor, Tensor, Tensor) Call3(string op, params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc Value[3];
        Invoke(op, args, results, 3);
        return (Optional(results[0])!, Optional(results[1])!, Optional(results[2])!);
    }

    internal static (Tensor, Tensor, Tensor, Tensor) Call4(string op, params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc Value[4];
        Invoke(op, args, results, 4);
        return (Optional(results[0])!, Optional(results[1])!, Optional(results[2])!, Optional(results[3])!);
    }

    internal static Tensor[] CallList(string op, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Invoke(op, args, &result, 1);
        if (result.Tag != Tag.Tensors) throw Unexpected(op, result);
        var handles = (IntPtr*)result.Bits;
        var tensors = new Tensor[result.Count];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new Tensor(handles[i]);
        Native.ts_free(handles);
        return tensors;
    }

    /// <summary>For operators that write into an argument: what they return is that argument again.</summary>
    internal static void Do(string op, params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc Value[4];
        var count = Invoke(op, args, results, 4);
        for (var i = 0; i < count; i++)
            if (results[i] is { Tag: Tag.Tensor, Bits: not 0 }) Native.ts_tensor_release((IntPtr)results[i].Bits);
    }

    internal static bool CallBool(string op, params ReadOnlySpan<Arg> args) => CallNumber(op, Tag.Bool, args).Bits != 0;

    internal static long CallLong(string op, params ReadOnlySpan<Arg> args) => CallNumber(op, Tag.Int, args).Bits;

    internal static Scalar CallScalar(string op, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Invoke(op, args, &result, 1);
        return Scalar.Of(op, result);
    }

    private static Value CallNumber(string op, Tag tag, ReadOnlySpan<Arg> args)
    {
        Value result;
        Invoke(op, args, &result, 1);
        return result.Tag == tag ? result : throw Unexpected(op, result);
    }

    private static Tensor? Optional(in Value result) => result is { Tag: Tag.Tensor, Bits: not 0 } ? new Tensor((IntPtr)result.Bits) : null;

    internal static InvalidOperationException Unexpected(string op, in Value result) => new($"{op} gave a result of kind {result.Tag}.");

    [SkipLocalsInit]
    private static int Invoke(string op, ReadOnlySpan<Arg> args, Value* results, int capacity)
    {
        var handle = Operators.GetOrAdd(op, Find);
        Span<byte> scratch = stackalloc byte[512];
        var bytes = 0;
        foreach (ref readonly var arg in args) bytes += SizeOf(arg);
        var rented = bytes > scratch.Length ? NativeMemory.Alloc((nuint)bytes) : null;
        try
        {
            fixed (byte* local = scratch)
            {
                var free = rented == null ? local : (byte*)rented;
                var values = stackalloc Value[args.Length];
                for (var i = 0; i < args.Length; i++) values[i] = Write(args[i], ref free);
                var count = Native.ts_call(handle, values, args.Length, results, capacity);
                foreach (ref readonly var arg in args) GC.KeepAlive(arg.Object);
                return count >= 0 ? count : throw Native.Error();
            }
        }
        finally
        {
            if (rented != null) NativeMemory.Free(rented);
        }
    }

    private static IntPtr Find(string op)
    {
        var dot = op.IndexOf('.', StringComparison.Ordinal);
        return Native.NotNull(Native.ts_operator(dot < 0 ? op : op[..dot], dot < 0 ? "" : op[(dot + 1)..]));
    }

    private static int SizeOf(in Arg arg) => arg.Tag switch
    {
        Tag.Ints => ((long[])arg.Object!).Length * sizeof(long),
        Tag.Doubles or Tag.Complex => ((double[])arg.Object!).Length * sizeof(double),
        Tag.Bools => Align(((bool[])arg.Object!).Length),
        Tag.Tensors => ((Tensor[])arg.Object!).Length * sizeof(IntPtr),
        Tag.String => Align(Encoding.UTF8.GetByteCount((string)arg.Object!)),
        _ => 0,
    };

    private static int Align(int bytes) => (bytes + 7) & ~7;

    // Lists are copied behind each other into `free`, whose start moves on.
    private static Value Write(in Arg arg, ref byte* free)
    {
        var value = new Value { Tag = arg.Tag, Bits = arg.Bits };
        if (arg.Tag is < Tag.Ints or Tag.Device or Tag.Generator) return value;
        value.Bits = (long)free;
        switch (arg.Tag)
        {
            case Tag.Ints:
                var ints = (long[])arg.Object!;
                ints.CopyTo(new Span<long>(free, value.Count = ints.Length));
                break;
            case Tag.Doubles or Tag.Complex:
                var doubles = (double[])arg.Object!;
                doubles.CopyTo(new Span<double>(free, value.Count = doubles.Length));
                break;
            case Tag.Bools:
                var bools = (bool[])arg.Object!;
                bools.CopyTo(new Span<bool>(free, value.Count = bools.Length));
                break;
            case Tag.Tensors:
                var tensors = (Tensor?[])arg.Object!;
                value.Count = tensors.Length;
                for (var i = 0; i < tensors.Length; i++) ((IntPtr*)free)[i] = tensors[i]?.Handle ?? IntPtr.Zero;
                break;
            case Tag.String:
                value.Count = Encoding.UTF8.GetBytes((string)arg.Object!, new Span<byte>(free, int.MaxValue));
                break;
        }
        free += SizeOf(arg);
        return value;
    }

    private sealed class ByIdentity : IEqualityComparer<string>
    {
        internal static readonly ByIdentity Instance = new();
        public bool Equals(string? x, string? y) => ReferenceEquals(x, y);
        public int GetHashCode(string text) => RuntimeHelpers.GetHashCode(text);
    }
}
