using System.Reflection;
using FluentAssertions;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace SelfSupervised.Packaging.Tests;

/// <summary>No operation of a training step makes a scalar that waits for its finaliser.</summary>
public sealed class HiddenScalarTests
{
    // Why each of these may.
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["SelfSupervised.Core.Viewmaker.Lp.Of"] = "libtorch's norm of any order takes the order as a number: one for each call",
    };

    [Theory]
    [InlineData("SelfSupervised.Core")]
    [InlineData("SelfSupervised.Data")]
    [InlineData("SelfSupervised.Training")]
    public void Library_Calls_MakeNoHiddenScalar(string library)
    {
        var found = CompiledCode.Methods(Assembly.Load(library))
            .Select(method => (Name: $"{method.DeclaringType!.FullName}.{method.Name}", Calls: string.Join(", ", HiddenScalars.In(method))))
            .Where(method => method.Calls.Length > 0).ToLookup(method => method.Name, method => method.Calls);
        found.Select(method => method.Key).Should().BeEquivalentTo(
            Allowed.Keys.Where(method => method.StartsWith($"{library}.", StringComparison.Ordinal)),
            "`Scalars` and `using var … = ….ToScalar()` are for what calls {0}", string.Join("; ", found.SelectMany(method => method)));
    }

    [Fact]
    public void In_Examples_FindsTheHiddenAlone()
    {
        var found = CompiledCode.Methods(typeof(Examples)).Where(method => HiddenScalars.In(method).Any()).Select(method => method.Name);
        found.Should().BeEquivalentTo(
            nameof(Examples.Converted), nameof(Examples.AddedWithoutFactor), nameof(Examples.ByOperator), nameof(Examples.Squared), nameof(Examples.NotKept));
    }

    [GenuineFact]
    public void Operators_OfTorchSharp_AreThoseOfTheList() =>
        HiddenScalars.OperatorsOf(typeof(Scalar).Assembly).Should().BeEquivalentTo(HiddenScalars.Operators);

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class GenuineFactAttribute : FactAttribute
    {
        public GenuineFactAttribute() => Skip = typeof(Scalar).Assembly.GetType("TorchSharp.PInvoke.NativeMethods") is null
            ? "Needs the package TorchSharp: the binding under eng/ makes no native scalar."
            : null;
    }

    private static class Examples
    {
        private static readonly Scalar One = 1.ToScalar();

        public static Tensor Converted(Tensor x) => x.mul(2);

        public static Tensor AddedWithoutFactor(Tensor x) => x.add(x);

        public static Tensor ByOperator(Tensor x) => x * 2;

        public static Tensor Squared(Tensor x) => x.square();

        public static Tensor NotKept(Tensor x) => x.mul(2.ToScalar());

        public static Tensor Constant(Tensor x) => x.add(x, One);

        public static Tensor Disposed(Tensor x, double factor)
        {
            using var scalar = factor.ToScalar();
            return x.mul(scalar);
        }

        public static Tensor Product(Tensor x) => x * x;
    }
}
