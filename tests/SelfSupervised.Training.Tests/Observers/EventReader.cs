using System.Buffers.Binary;
using System.Text;

namespace SelfSupervised.Training.Tests.Observers;

/// <summary>Reads TensorBoard's event files as far as they hold scalars; what is wrong or unknown throws.</summary>
internal static class EventReader
{
    public sealed record Event(double WallTime, long Step, string? Version, string? Tag, float? Value);

    public static IReadOnlyList<Event> Read(string path)
    {
        var events = new List<Event>();
        for (ReadOnlySpan<byte> rest = File.ReadAllBytes(path); rest.Length > 0;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(rest);
            Check(rest[..8], rest[8..]);
            var content = rest.Slice(12, length);
            Check(content, rest[(12 + length)..]);
            events.Add(Parse(content));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    /// <summary>CRC-32C, bit by bit.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static void Check(ReadOnlySpan<byte> data, ReadOnlySpan<byte> after)
    {
        var crc = Checksum(data);
        BinaryPrimitives.ReadUInt32LittleEndian(after).Should().Be(unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8));
    }

    private static Event Parse(ReadOnlySpan<byte> content)
    {
        var made = new Event(0, 0, null, null, null);
        while (content.Length > 0)
        {
            switch (Varint(ref content))
            {
                case 0x09:
                    made = made with { WallTime = BinaryPrimitives.ReadDoubleLittleEndian(Take(ref content, 8)) };
                    break;
                case 0x10:
                    made = made with { Step = (long)Varint(ref content) };
                    break;
                case 0x1A:
                    made = made with { Version = Encoding.UTF8.GetString(Delimited(ref content)) };
                    break;
                case 0x2A:
                    var summary = Delimited(ref content);
                    Varint(ref summary).Should().Be(0x0A);
                    var entry = Delimited(ref summary);
                    summary.Length.Should().Be(0);
                    var (tag, value) = Scalar(entry);
                    made = made with { Tag = tag, Value = value };
                    break;
                default:
                    throw new InvalidDataException("There is an unknown field.");
            }
        }

        return made;
    }

    private static (string Tag, float? Value) Scalar(ReadOnlySpan<byte> content)
    {
        var (tag, value) = ("", (float?)null);
        while (content.Length > 0)
        {
            switch (Varint(ref content))
            {
                case 0x0A:
                    tag = Encoding.UTF8.GetString(Delimited(ref content));
                    break;
                case 0x15:
                    value = BinaryPrimitives.ReadSingleLittleEndian(Take(ref content, 4));
                    break;
                default:
                    throw new InvalidDataException("There is an unknown field.");
            }
        }

        return (tag, value);
    }

    private static ReadOnlySpan<byte> Delimited(ref ReadOnlySpan<byte> content) => Take(ref content, (int)Varint(ref content));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> content, int count)
    {
        var taken = content[..count];
        content = content[count..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> content)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var one = Take(ref content, 1)[0];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
