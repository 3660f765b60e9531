namespace SelfSupervised.Data.Files;

/// <summary>How an array's dimensions are to be read: N images, C channels, H rows, W columns.</summary>
public enum ImageLayout
{
    /// <summary>[N, H, W]: one channel.</summary>
    Nhw,

    /// <summary>[N, H, W, C], as most image libraries and <c>tf.data</c> have it.</summary>
    Nhwc,

    /// <summary>[N, C, H, W], as PyTorch has it.</summary>
    Nchw,
}
