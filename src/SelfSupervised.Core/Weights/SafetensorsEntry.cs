using System.Text.Json;
using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>One tensor's type, shape and place in the data, which begins after the header.</summary>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End)
{
    /// <summary>What libtorch's operators take.</summary>
    private const int MostDimensions = 64;

    /// <summary>Its part of the header, whose numbers fit each other; whether they fit the data is to be checked.</summary>
    public static SafetensorsEntry Parse(JsonProperty property)
    {
        var (name, value) = (property.Name, property.Value);
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var typeName) || typeName.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var sizes) || !TryNumbers(sizes, out var shape)
            || !value.TryGetProperty("data_offsets", out var offsets) || !TryNumbers(offsets, out var place) || place.Length != 2)
        {
            throw SafetensorsHeader.Refused(
                $"`{name}` lacks a dtype, a shape of at most {MostDimensions} whole numbers, or two data_offsets");
        }

        if (!SafetensorsType.TryParse(typeName.GetString(), out var type, out var elementSize))
        {
            throw SafetensorsHeader.Refused($"`{name}` has the unknown dtype {typeName.GetString()}");
        }

        if (place[1] < place[0])
        {
            throw SafetensorsHeader.Refused($"`{name}` ends at {place[1]}, before it begins at {place[0]}");
        }

        var bytes = ByteCount(name, shape, elementSize);
        if (bytes != place[1] - place[0])
        {
            throw SafetensorsHeader.Refused(
                $"`{name}` of shape {Guard.Text(shape)} and dtype {typeName.GetString()} takes {bytes} bytes, but has {place[1] - place[0]}");
        }

        return new(name, type, shape, place[0], place[1]);
    }

    private static bool TryNumbers(JsonElement array, out long[] numbers)
    {
        numbers = [];
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MostDimensions
            || array.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.Number || !one.TryGetInt64(out var n) || n < 0))
        {
            return false;
        }

        numbers = [.. array.EnumerateArray().Select(one => one.GetInt64())];
        return true;
    }

    /// <summary>Of the sizes that are not 0 the product must be representable too: strides are made of it.</summary>
    private static long ByteCount(string name, long[] shape, int elementSize)
    {
        try
        {
            var nonEmpty = shape.Aggregate((long)elementSize, (product, size) => checked(product * Math.Max(size, 1)));
            return shape.Contains(0) ? 0 : nonEmpty;
        }
        catch (OverflowException exception)
        {
            throw SafetensorsHeader.Refused($"`{name}` of shape {Guard.Text(shape)} has more elements than can be counted", exception);
        }
    }
}
