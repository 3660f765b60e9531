using Xunit;

namespace SelfSupervised.Testing;

/// <summary>A test of something that only Linux tells, skipped with a reason elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    /// <summary>Asks once per test.</summary>
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "What is measured here is Linux's to tell.";
        }
    }
}
