using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>A whole number that is saved with a module's state, and stays on the host wherever the module moves: reading it never waits for a device.</summary>
internal sealed class HostNumber : nn.Module
{
    // The field's name is the buffer's.
    private readonly Tensor value;

    public HostNumber(long initial)
        : base(nameof(HostNumber))
    {
        value = tensor([initial], dtype: ScalarType.Int64).DetachFromDisposeScope();
        RegisterComponents();
    }

    public long Value
    {
        get
        {
            using var numbers = value.data<long>();
            return numbers[0];
        }

        set
        {
            using var numbers = this.value.data<long>();
            numbers[0] = value;
        }
    }

    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected override nn.Module _to(ScalarType dtype, bool non_blocking) => this;
}
