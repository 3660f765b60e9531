using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>Lets parts draw the same numbers from libtorch's own generators twice. What it keeps is in the caller's dispose scope.</summary>
/// <param name="modules">If one has a parameter on a CUDA device, those devices are seeded too.</param>
internal sealed class RandomReplay(IReadOnlyList<nn.Module> modules)
{
    private readonly bool _isOnCuda = modules.Any(module => module.parameters().Any(parameter => parameter.device_type == DeviceType.CUDA));
    private readonly List<(Tensor State, long Seed)> _parts = [];

    /// <summary>Before the next part draws for the first time.</summary>
    public void Begin()
    {
        var seed = _isOnCuda ? randint_long(long.MaxValue) : 0;
        _parts.Add((random.get_rng_state(), seed));
        SeedDevices(seed);
    }

    /// <summary>Before a part draws the same again.</summary>
    public void Repeat(int part)
    {
        random.set_rng_state(_parts[part].State);
        SeedDevices(_parts[part].Seed);
    }

    /// <summary>Brings the CPU's generator back to where it is now, when that is disposed.</summary>
    public static IDisposable Keep() => new Kept(random.get_rng_state());

    private void SeedDevices(long seed)
    {
        if (_isOnCuda)
        {
            cuda.manual_seed_all(seed);
        }
    }

    private sealed class Kept(Tensor state) : IDisposable
    {
        public void Dispose()
        {
            random.set_rng_state(state);
            state.Dispose();
        }
    }
}
