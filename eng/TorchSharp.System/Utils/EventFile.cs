using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace TorchSharp.Utils;

/// <summary>
/// TensorBoard's event files: records of an event's length (8 bytes), the length's checksum (4), the event, and its checksum (4), all
/// little-endian. The events are protocol buffers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
/// </summary>
internal static class EventFile
{
    // A field's number and how it is written: 0 a varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
    private const byte EventWallTime = 1 << 3 | 1;
    private const byte EventStep = 2 << 3;
    private const byte EventFileVersion = 3 << 3 | 2;
    private const byte EventSummary = 5 << 3 | 2;
    private const byte SummaryValue = 1 << 3 | 2;
    private const byte ValueTag = 1 << 3 | 2;
    private const byte ValueSimpleValue = 2 << 3 | 5;

    internal static byte[] Version(double wallTime) => Message(writer =>
    {
        writer.Write(EventWallTime);
        writer.Write(wallTime);
        Bytes(writer, EventFileVersion, "brain.Event:2"u8.ToArray());
    });

    internal static byte[] Scalar(double wallTime, int step, string tag, float value)
    {
        byte[] entry = Message(writer =>
        {
            if (tag.Length > 0) Bytes(writer, ValueTag, Encoding.UTF8.GetBytes(tag));
            writer.Write(ValueSimpleValue);
            writer.Write(value);
        });
        return Message(writer =>
        {
            // What has its default is left out, but for the value, which is one of several kinds.
            if (wallTime != 0)
            {
                writer.Write(EventWallTime);
                writer.Write(wallTime);
            }
            if (step != 0)
            {
                writer.Write(EventStep);
                writer.Write7BitEncodedInt64(step);
            }
            Bytes(writer, EventSummary, Message(summary => Bytes(summary, SummaryValue, entry)));
        });
    }

    internal static void Append(string path, byte[] content)
    {
        var record = new byte[content.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        content.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + content.Length), MaskedChecksum(content));
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(record);
    }

    // CRC-32C, rotated and shifted so that a checksum of data that hold checksums is as good as any.
    private static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in data) crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8u;
    }

    private static void Bytes(BinaryWriter writer, byte field, byte[] bytes)
    {
        writer.Write(field);
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] Message(Action<BinaryWriter> write)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory)) write(writer);
        return memory.ToArray();
    }
}
