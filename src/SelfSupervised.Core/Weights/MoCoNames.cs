namespace SelfSupervised.Core.Weights;

/// <summary>The names that facebookresearch/moco's checkpoints have for what is a <c>ResNet</c> and a <c>ProjectionHead</c> here, both ways.</summary>
/// <remarks>
/// <para>
/// There a network is one torchvision ResNet whose classification layer is the head: <c>module.encoder_q.conv1.weight</c>,
/// <c>module.encoder_q.fc.0.weight</c>; <c>module.</c> is there if several devices trained it. The key encoder's names begin
/// with <c>encoder_k</c>. MoCo v1's head is one layer, <c>fc.weight</c>; v2's are <c>fc.0</c> and <c>fc.2</c>. facebookresearch/moco,
/// moco/builder.py.
/// </para>
/// <para>Pass them as <c>rename</c> to <see cref="ModuleWeights"/>; a checkpoint in safetensors is its <c>state_dict</c>, all of it.</para>
/// </remarks>
public static class MoCoNames
{
    private const string Query = "encoder_q.";
    private const string Device = "module.";
    private const string Head = "fc.";

    /// <summary>From a stored name to the query encoder's.</summary>
    /// <param name="stored">The name in the checkpoint.</param>
    /// <returns>The name in a <c>ResNet</c> without classes, or null for anything else: head, key encoder, queue.</returns>
    /// <example><code>encoder.LoadSafetensors(file, rename: MoCoNames.ToEncoder);</code></example>
    public static string? ToEncoder(string stored) => OfQuery(stored) is { } name && !name.StartsWith(Head, StringComparison.Ordinal) ? name : null;

    /// <summary>From a stored name to the head's.</summary>
    /// <param name="stored">The name in the checkpoint.</param>
    /// <returns>The name in a <c>ProjectionHead</c>, one layer or <c>MoCoV2</c>, or null for anything else.</returns>
    public static string? ToHead(string stored)
    {
        if (OfQuery(stored) is not { } name || !name.StartsWith(Head, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name[Head.Length..];
        return char.IsAsciiDigit(rest[0]) ? $"layers.{rest}" : $"layers.0.{rest}";
    }

    /// <summary>From an encoder's name to the one that MoCo's checkpoint has for it.</summary>
    /// <param name="name">The name in a <c>ResNet</c>.</param>
    /// <returns>The name with its prefix.</returns>
    /// <example><code>encoder.SaveSafetensors(file, rename: MoCoNames.FromEncoder);</code></example>
    public static string FromEncoder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Device + Query + name;
    }

    /// <summary>From the name in a head of two layers, MoCo v2's, to the one that MoCo's checkpoint has for it.</summary>
    /// <param name="name">The name in a <c>ProjectionHead</c>.</param>
    /// <returns>The name with its prefix, or null if it is none of a head's.</returns>
    public static string? FromHeadV2(string name) => Layer(name) is { } layer ? Device + Query + Head + layer : null;

    /// <summary>From the name in a head of one layer, MoCo v1's, to the one that MoCo's checkpoint has for it.</summary>
    /// <param name="name">The name in a <c>ProjectionHead</c>.</param>
    /// <returns>The name with its prefix, or null if it is none of such a head's.</returns>
    public static string? FromHeadV1(string name) =>
        Layer(name) is { } layer && layer.StartsWith("0.", StringComparison.Ordinal) ? Device + Query + Head + layer[2..] : null;

    private static string? OfQuery(string stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var name = stored.StartsWith(Device, StringComparison.Ordinal) ? stored[Device.Length..] : stored;
        return name.StartsWith(Query, StringComparison.Ordinal) && name.Length > Query.Length + Head.Length ? name[Query.Length..] : null;
    }

    private static string? Layer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("layers.", StringComparison.Ordinal) ? name["layers.".Length..] : null;
    }
}
