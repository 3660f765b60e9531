namespace SelfSupervised.Data.Synthetic;

/// <summary>What is behind a sprite.</summary>
public enum SpriteBackground
{
    /// <summary>Black, as in dSprites.</summary>
    Black,

    /// <summary>Coloured clouds, different for each image, no value above one half: something to be ignored.</summary>
    Texture,
}
