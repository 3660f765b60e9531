using SelfSupervised.Core;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;

namespace Samples;

/// <summary>Spectrograms as of wearable sensors, which nobody has expert views for: 52 channels, six activities.</summary>
/// <remarks>
/// An activity is a rhythm and its harmonics, at which each channel swings by an amount of its own. What changes from recording to recording
/// is the person's tempo, how strong each channel is, a drift along time, and noise; these hide the activity from who compares pixels.
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
        var tempo = random.Uniform(0.9, 1.1);
        var (drift, phase) = (random.Uniform(-0.15, 0.15), random.Uniform(0, 2 * Math.PI));
        for (var channel = 0; channel < Channels; channel++)
        {
            // How a channel answers an activity is the same for everybody.
            var body = new CounterRandom(activity, Purpose + 1, (uint)channel);
            var (gain, harmonic) = (random.Uniform(0.4, 1.6), body.Below(3));
            var (strength, beat) = (body.Uniform(0.1, 0.5), body.Uniform(0.5, 1.5));
            for (var row = 0; row < Side; row++)
            {
                for (var column = 0; column < Side; column++)
                {
                    var centre = (2.5 + activity) * (1 + (0.5 * harmonic)) * tempo * (1 + (drift * (column - 7.5) / Side));
                    var ridge = Math.Exp(-0.5 * Math.Pow(row - centre, 2));
                    var pulse = 0.7 + (0.3 * Math.Cos((beat * column) + phase));
                    var value = 0.25 + (gain * strength * ridge * pulse) + (0.12 * random.Normal());
                    image[(((channel * Side) + row) * Side) + column] = (byte)Math.Clamp(255 * value, 0, 255);
                }
            }
        }
    }
}
