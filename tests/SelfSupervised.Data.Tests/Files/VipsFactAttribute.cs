using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>A test that needs libvips, skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VipsFactAttribute : FactAttribute
{
    public VipsFactAttribute() => Skip = WhyNot;

    public static string? WhyNot { get; } = Find();

    private static string? Find()
    {
        try
        {
            VipsLibrary.Require();
            return null;
        }
        catch (DllNotFoundException error)
        {
            return error.Message;
        }
    }
}

/// <summary>The same with arguments.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VipsTheoryAttribute : TheoryAttribute
{
    public VipsTheoryAttribute() => Skip = VipsFactAttribute.WhyNot;
}
