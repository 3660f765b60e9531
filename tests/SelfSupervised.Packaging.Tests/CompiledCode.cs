using System.Reflection;
using System.Reflection.Emit;

namespace SelfSupervised.Packaging.Tests;

/// <summary>A call in compiled code.</summary>
/// <param name="Target">What is called.</param>
/// <param name="IsKept">Whether the next instruction stores what it gives, or hands it to the caller.</param>
internal readonly record struct Call(MethodBase Target, bool IsKept);

/// <summary>What the methods of an assembly call, read from their instructions.</summary>
internal static class CompiledCode
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<int, OpCode> Instructions =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xFFFF);

    private static readonly string[] Stores = ["stloc", "stfld", "stsfld", "stelem", "ret"];

    public static IEnumerable<MethodBase> Methods(Assembly assembly) => assembly.GetTypes().SelectMany(Methods);

    public static IEnumerable<MethodBase> Methods(Type type) => type.GetMembers(Own).OfType<MethodBase>();

    /// <summary>The calls of a method, and the functions that it makes delegates of.</summary>
    public static IEnumerable<Call> Calls(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var place = 0; place < code.Length;)
        {
            var operand = place + At(code, place).Size;
            var next = operand + OperandSize(At(code, place), code, operand);
            if (At(code, place).OperandType == OperandType.InlineMethod
                && method.Module.ResolveMethod(BitConverter.ToInt32(code, operand), ofType, ofMethod) is { } target)
            {
                yield return new Call(target, next < code.Length && Stores.Any(At(code, next).Name!.StartsWith));
            }

            place = next;
        }
    }

    private static OpCode At(byte[] code, int place) => Instructions[code[place] == 0xFE ? 0xFE00 | code[place + 1] : code[place]];

    private static int OperandSize(OpCode instruction, byte[] code, int operand) => instruction.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, operand)),
        _ => 4,
    };
}
