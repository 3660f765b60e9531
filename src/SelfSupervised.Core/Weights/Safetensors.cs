using System.Buffers.Binary;
using System.Text.Json;
using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>Reads and writes tensors in the safetensors format: names, types, shapes and bytes, and no code.</summary>
/// <remarks>
/// <para>
/// The format: the header's length (8 bytes, little-endian), the header (JSON: for each name its <c>dtype</c>, <c>shape</c>
/// and <c>data_offsets</c>, and strings under <c>__metadata__</c>), then the tensors' bytes without gaps. The types are F64,
/// F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL. Every bit is kept, those of NaN too.
/// </para>
/// <para>
/// A stream may come from anywhere: its header is checked whole, against itself and against the stream's length, before
/// anything of the size that it claims is allocated. A BOOL byte other than 0 and 1 reads as true.
/// </para>
/// <para>Format: github.com/huggingface/safetensors, README.md and safetensors/src/tensor.rs (2022).</para>
/// </remarks>
public static class Safetensors
{
    private const int BufferSize = 1 << 16;

    /// <summary>Reads a stream from its position to its end.</summary>
    /// <param name="stream">Readable and seekable, so that its length is known; it stays open.</param>
    /// <returns>The tensors, on the CPU, and the metadata. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or has no known length.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no safetensors stream, or one that lies: a header longer than the stream or than 100 MB, no JSON, names twice, an
    /// unknown dtype, sizes that overflow or don't match the offsets, overlaps, holes, missing or trailing bytes.
    /// </exception>
    /// <example><code>using var content = Safetensors.Read(file); var weight = content.Tensors["conv1.weight"];</code></example>
    public static SafetensorsContent Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException("Expected `stream` to be readable and seekable, but it is not.", nameof(stream));
        }

        var header = SafetensorsHeader.Read(stream);
        using var scope = NewDisposeScope();
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var entry in header.Entries)
        {
            tensors.Add(entry.Name, Tensor(stream, entry));
        }

        foreach (var tensor in tensors.Values)
        {
            tensor.MoveToOuterDisposeScope();
        }

        return new(tensors, header.Metadata);
    }

    /// <summary>Writes tensors; the same tensors give the same bytes.</summary>
    /// <param name="stream">Writable; it stays open.</param>
    /// <param name="tensors">The tensors by name, on any device, of the types above. Those of larger elements are stored first.</param>
    /// <param name="metadata">Strings to keep with them. Default: none.</param>
    /// <exception cref="ArgumentException">
    /// The stream cannot be written, a tensor has a type that the format lacks, or a name is <c>__metadata__</c>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    /// <example><code>Safetensors.Write(file, encoder.state_dict());</code></example>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("Expected `stream` to be writable, but it is not.", nameof(stream));
        }

        var entries = Places(tensors);
        var json = Json(entries, metadata);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        stream.Write(prefix);
        stream.Write(json);
        foreach (var entry in entries)
        {
            using var scope = NewDisposeScope();
            tensors[entry.Name].detach().cpu().contiguous().WriteBytesToStream(stream, BufferSize);
        }
    }

    private static Tensor Tensor(Stream stream, SafetensorsEntry entry)
    {
        var isBool = entry.Type == ScalarType.Bool;
        var tensor = empty(entry.Shape, isBool ? ScalarType.Byte : entry.Type, CPU);
        tensor.ReadBytesFromStream(stream, BufferSize);
        return isBool ? tensor.to(ScalarType.Bool) : tensor;
    }

    private static List<SafetensorsEntry> Places(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var sizes = new List<(SafetensorsEntry Entry, int ElementSize)>();
        foreach (var (name, tensor) in tensors)
        {
            Guard.Alive(tensor, name);
            if (name == SafetensorsHeader.MetadataName)
            {
                throw new ArgumentException($"Expected no tensor to be named `{name}`: the format keeps that name for itself.");
            }

            if (!SafetensorsType.TryName(tensor.dtype, out _, out var elementSize))
            {
                throw new ArgumentException($"Expected `{name}` to have a type that safetensors knows, but got {tensor.dtype}.");
            }

            sizes.Add((new(name, tensor.dtype, tensor.shape, 0, tensor.numel() * elementSize), elementSize));
        }

        // Larger elements first: each tensor then begins at a multiple of its element's size.
        var end = 0L;
        return sizes.OrderByDescending(one => one.ElementSize).ThenBy(one => one.Entry.Name, StringComparer.Ordinal)
            .Select(one => one.Entry with { Begin = end, End = end += one.Entry.End }).ToList();
    }

    private static byte[] Json(List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WritePropertyName(SafetensorsHeader.MetadataName);
                JsonSerializer.Serialize(writer, metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary());
            }

            foreach (var entry in entries)
            {
                _ = SafetensorsType.TryName(entry.Type, out var type, out _);
                writer.WritePropertyName(entry.Name);
                long[] offsets = [entry.Begin, entry.End];
                JsonSerializer.Serialize(writer, new { dtype = type, shape = entry.Shape, data_offsets = offsets });
            }

            writer.WriteEndObject();
        }

        // Spaces up to a multiple of 8: the data begins aligned.
        memory.Write("       "u8[..(int)(-memory.Length & 7)]);
        return memory.ToArray();
    }
}
