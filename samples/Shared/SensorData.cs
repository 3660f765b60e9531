using SelfSupervised.Core;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;

namespace Samples;

/// <summary>Spectrograms as of wearable sensors, which nobody has expert views for: 52 channels, six activities.</summary>
/// <remarks>
/// An activity is how fast the channels pulse. What changes from recording to recording is the pitch at which they do, how strong each channel
/// is, when the pulse begins, a drift along time, and noise; these hide the activity from who compares values.
/// </remarks>
internal static class SensorData
{
    private const int Channels = 52;
    private const int Side = 16;
    private const int Activities = 6;
    private const uint Purpose = 0x10000;

    public static SampleData Of(SampleOptions options) => new(
        Record(options.TrainImages, options.Seed), Record(options.TestImages, options.Seed + 1_000_000L), new ViewPipeline());

    private static MemoryImageSet Record(int count, long seed)
    {
        var shape = new ImageShape(Channels, Side, Side);
        var bytes = new byte[count * shape.Size];
        var labels = new int[count];
        Parallel.For(0, count, index =>
        {
            var random = new CounterRandom(seed, Purpose, (uint)index);
            labels[index] = random.Below(Activities);
            Fill(bytes.AsSpan(index * shape.Size, shape.Size), labels[index], ref random);
        });
        return new MemoryImageSet(
            bytes, shape, new Factor("activity", labels, ["resting", "walking", "running", "cycling", "climbing", "rowing"]));
    }

    // Rows are frequencies, columns are times.
    private static void Fill(Span<byte> image, int activity, ref CounterRandom random)
    {
        var beat = 0.5 + (0.35 * activity) + random.Uniform(-0.08, 0.08);
        var (pitch, drift, phase) = (random.Uniform(4, 11), random.Uniform(-2, 2), random.Uniform(0, 2 * Math.PI));
        for (var channel = 0; channel < Channels; channel++)
        {
            // Where a channel is worn is the same for everybody.
            var body = new CounterRandom(0, Purpose + 1, (uint)channel);
            var (lag, offset) = (body.Uniform(-1, 1), body.Uniform(-3, 3));
            var gain = random.Uniform(0.1, 0.6);
            for (var row = 0; row < Side; row++)
            {
                for (var column = 0; column < Side; column++)
                {
                    var centre = pitch + offset + (drift * (column - 7.5) / Side);
                    var ridge = Math.Exp(-0.25 * Math.Pow(row - centre, 2));
                    var pulse = 0.5 + (0.5 * Math.Cos((beat * column) + phase + lag));
                    var value = 0.25 + (gain * ridge * pulse) + (0.1 * random.Normal());
                    image[(((channel * Side) + row) * Side) + column] = (byte)Math.Clamp(255 * value, 0, 255);
                }
            }
        }
    }
}
