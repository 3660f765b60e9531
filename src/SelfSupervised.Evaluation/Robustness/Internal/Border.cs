namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>What is beyond the edge of an image: the place inside that stands for one outside.</summary>
internal static class Border
{
    /// <summary>aaa|abcd|ddd.</summary>
    public static int Nearest(int index, int length) => Math.Clamp(index, 0, length - 1);

    /// <summary>cba|abcd|dcb: scipy's "reflect".</summary>
    public static int Symmetric(int index, int length)
    {
        var within = Modulo(index, 2 * length);
        return within < length ? within : (2 * length) - 1 - within;
    }

    /// <summary>dcb|abcd|cba: OpenCV's BORDER_REFLECT_101. For lengths from 2 up.</summary>
    public static int Reflect(int index, int length)
    {
        var within = Modulo(index, 2 * (length - 1));
        return within < length ? within : (2 * (length - 1)) - within;
    }

    private static int Modulo(int index, int period) => ((index % period) + period) % period;
}
