using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>What LARS remembers of one parameter: its velocity, from its first gradient on.</summary>
internal sealed class LarsState(LarsMember member) : OptimizerState(member.Parameter), IDisposable
{
    private Tensor? _velocity;

    /// <summary>v, zeros at first. It belongs to the state and is written in place.</summary>
    public Tensor Velocity => _velocity ??= _parameter.zeros_like().DetachFromDisposeScope();

    public override void Initialize(OptimizerOptions options) => Replace(null);

    public override void SaveStateDict(BinaryWriter writer)
    {
        // What is written are the bytes as they lie: channels-last tensors would come back in another order.
        using var rowMajor = _velocity?.contiguous();
        SaveConditionalStateTensor(writer, rowMajor!);
    }

    public override void LoadStateDict(BinaryReader reader)
    {
        Tensor? loaded = null;
        LoadConditionalStateTensor(reader, ref loaded!, _parameter.device);
        Take(loaded);
    }

    public override void LoadStateDict(OptimizerState source)
    {
        if (source is not LarsState other)
        {
            throw new ArgumentException($"Expected the state of a Lars, but got {source?.GetType().Name ?? "null"}.", nameof(source));
        }

        Take(other._velocity?.to(_parameter.device, copy: true));
    }

    public override void to(Device device) => Replace(_velocity?.to(device, copy: true));

    public void Dispose() => Replace(null);

    private void Take(Tensor? velocity)
    {
        if (velocity is not null && (velocity.dtype != _parameter.dtype || !velocity.shape.SequenceEqual(_parameter.shape)))
        {
            var found = Text(velocity);
            velocity.Dispose();
            throw new InvalidDataException($"Expected the velocity of `{member.Name}` to be {Text(_parameter)}, but got {found}.");
        }

        Replace(velocity);
    }

    private void Replace(Tensor? velocity)
    {
        _velocity?.Dispose();
        _velocity = velocity?.DetachFromDisposeScope();
    }

    private static string Text(Tensor tensor) => $"{tensor.dtype} of shape [{string.Join(", ", tensor.shape)}]";
}
