using System.Buffers.Binary;
using System.Text.Json;

namespace SelfSupervised.Core.Weights;

/// <summary>The header of a safetensors stream. Nothing it says is believed before it has been checked against the stream.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    public const string MetadataName = "__metadata__";

    /// <summary>The header's largest size, as in the format's own implementation.</summary>
    private const long LargestHeader = 100_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Reads and checks; the stream then stands at the first byte of the data.</summary>
    public static SafetensorsHeader Read(Stream stream)
    {
        var available = stream.Length - stream.Position - sizeof(ulong);
        if (available < 0)
        {
            throw Refused($"it has {available + sizeof(ulong)} bytes, and the length of the header alone takes 8");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader)
        {
            throw Refused($"its header claims {length} bytes, and {LargestHeader} is the limit");
        }

        if (length > (ulong)available)
        {
            throw Refused($"its header claims {length} bytes, but only {available} follow");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, available - (long)length);
    }

    public static InvalidDataException Refused(string reason, Exception? inner = null) =>
        new($"Expected a safetensors stream, but {reason}.", inner);

    private static SafetensorsHeader Parse(byte[] json, long dataLength)
    {
        if (json is not [(byte)'{', ..])
        {
            throw Refused("its header does not begin with `{`");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var properties = document.RootElement.EnumerateObject().ToList();
            var entries = properties.Where(property => property.Name != MetadataName).Select(SafetensorsEntry.Parse)
                .OrderBy(entry => entry.Begin).ThenBy(entry => entry.End).ToList();
            CheckPlaces(entries, dataLength);
            var metadata = properties.Where(property => property.Name == MetadataName).SelectMany(Metadatum);
            return new(entries, metadata.ToDictionary(pair => pair.Key, pair => pair.Value));
        }
        // Text that is no Unicode shows only when it is read, and then as an InvalidOperationException.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Refused($"its header is no JSON that the format allows: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Metadatum(JsonProperty property)
    {
        if (property.Value.ValueKind != JsonValueKind.Object
            || property.Value.EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            throw Refused($"`{MetadataName}` is no object of strings");
        }

        return property.Value.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!));
    }

    /// <summary>The entries fill the data from its first byte to its last, each beginning where the one before it ends.</summary>
    private static void CheckPlaces(List<SafetensorsEntry> entries, long dataLength)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                var what = entry.Begin < end ? "they overlap" : "a hole";
                throw Refused($"`{entry.Name}` begins at {entry.Begin}, and what lies before it ends at {end}: {what}");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw Refused($"its tensors end at {end}, but its data has {dataLength} bytes");
        }
    }
}
