namespace SelfSupervised.Core.Momentum;

/// <summary>What becomes of a momentum copy's buffers, which are batch norm's running statistics, at each update.</summary>
public enum BufferPolicy
{
    /// <summary>The copy keeps its own: its batch norm sees batches itself, in training mode. MoCo's code; the default.</summary>
    Own,

    /// <summary>They are copied from the original.</summary>
    Copy,

    /// <summary>Those of real numbers are averaged like the parameters, counters are copied.</summary>
    Average,
}
