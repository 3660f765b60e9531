using System.Reflection;

namespace SelfSupervised.Packaging.Tests;

/// <summary>
/// Calls that make a scalar which nobody disposes: a native allocation that waits for its finaliser. It is made by a conversion whose
/// result goes straight into an operator, or inside of an operator of TorchSharp that takes a plain number or adds without a factor.
/// </summary>
internal static class HiddenScalars
{
    private const string File = "hidden-scalars.txt";

    // Where operators on tensors are declared; modules, optimisers, distributions and printing are not looked at.
    private static readonly string[] Declaring = ["torch", "torch.Tensor", "torch.linalg", "torch.nn.functional", "TensorExtensionMethods"];
    private static readonly string[] Printing = ["ToString", "str", "cstr", "jlstr", "npstr", "metastr", "print"];

    /// <summary>The operators of TorchSharp 0.106.0 that make one.</summary>
    public static IReadOnlySet<string> Operators { get; } =
        System.IO.File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", File)).Where(line => !line.StartsWith('#')).ToHashSet();

    /// <summary>The same read from the instructions of TorchSharp itself.</summary>
    public static IEnumerable<string> OperatorsOf(Assembly torchSharp)
    {
        var calls = CompiledCode.Methods(torchSharp).Where(method => !method.DeclaringType!.Name.StartsWith("Scalar", StringComparison.Ordinal))
            .Select(method => (Method: method, Calls: CompiledCode.Calls(method).ToList())).ToList();
        var making = calls.Where(entry => entry.Calls.Exists(IsLostConversion)).Select(entry => Name(entry.Method)).ToHashSet();
        for (var before = -1; before != making.Count;)
        {
            before = making.Count;
            making.UnionWith(calls.Where(entry => entry.Calls.Exists(call => making.Contains(Name(call.Target)))).Select(entry => Name(entry.Method)).ToList());
        }

        return calls.Select(entry => entry.Method).Where(IsOperator).Select(Name).Where(making.Contains).Distinct();
    }

    /// <summary>The calls of a method that make one.</summary>
    public static IEnumerable<string> In(MethodBase method) =>
        CompiledCode.Calls(method).Where(call => IsLostConversion(call) || Operators.Contains(Name(call.Target))).Select(call => Name(call.Target));

    private static bool IsLostConversion(Call call) =>
        !call.IsKept && (call.Target.Name == "ToScalar" || call.Target is { Name: "op_Implicit", DeclaringType.Name: "Scalar" });

    private static bool IsOperator(MethodBase method) =>
        method.IsPublic && Declaring.Contains(TypeName(method)) && !Printing.Contains(method.Name);

    private static string TypeName(MethodBase method) => method.DeclaringType!.FullName!.Replace("TorchSharp.", "").Replace('+', '.');

    private static string Name(MethodBase method) =>
        $"{(method.DeclaringType?.FullName is null ? "" : TypeName(method))}.{method.Name}({string.Join(", ", method.GetParameters().Select(one => one.ParameterType.Name))})";
}
