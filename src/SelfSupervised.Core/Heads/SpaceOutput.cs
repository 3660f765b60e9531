namespace SelfSupervised.Core.Heads;

/// <summary>What is taken of an embedding space.</summary>
public enum SpaceOutput
{
    /// <summary>The encoder's features: those of all spaces, or of the space's branch. What is kept after training.</summary>
    Features,

    /// <summary>The space's embeddings as the loss compares them: the head's outputs, made unit rows.</summary>
    Embeddings,
}
