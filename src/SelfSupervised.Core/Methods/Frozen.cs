using TorchSharp.Modules;

namespace SelfSupervised.Core.Methods;

/// <summary>Parameters that require no gradient until this is disposed: graphs that are built in between leave them out for good.</summary>
internal sealed class Frozen : IDisposable
{
    private readonly List<Parameter> _parameters;

    public Frozen(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters.Where(parameter => parameter.requires_grad)];
        _parameters.ForEach(parameter => parameter.requires_grad = false);
    }

    public void Dispose() => _parameters.ForEach(parameter => parameter.requires_grad = true);
}
