using TorchSharp;
using Xunit;

namespace SelfSupervised.Testing;

/// <summary>A test that needs a CUDA device, skipped with a reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    /// <summary>Asks libtorch once per test.</summary>
    public CudaFactAttribute()
    {
        if (!torch.cuda.is_available())
        {
            Skip = "No CUDA device is available.";
        }
    }
}
