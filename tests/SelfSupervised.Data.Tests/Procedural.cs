using SelfSupervised.Core;

namespace SelfSupervised.Data.Tests;

/// <summary>Image i is one byte, i. One image may be bad, and reading may wait for a gate, from some image on.</summary>
internal sealed class Procedural : ImageSet
{
    private readonly int _bad;
    private readonly ManualResetEventSlim? _gate;
    private readonly int _gateFrom;
    private readonly Lock _counting = new();

    public Procedural(int count, int bad = -1, ManualResetEventSlim? gate = null, int gateFrom = 0)
        : base(count, new ImageShape(1, 1, 1), factors: [new Factor("zero", new int[count], 1)]) =>
        (_bad, _gate, _gateFrom) = (bad, gate, gateFrom);

    /// <summary>How many images were begun.</summary>
    public int Begun { get; private set; }

    /// <summary>How many are being read.</summary>
    public int Active { get; private set; }

    /// <summary>The most that were ever being read at the same time.</summary>
    public int MostActive { get; private set; }

    protected override void ReadImage(int index, Span<byte> image)
    {
        lock (_counting)
        {
            Begun++;
            Active++;
            MostActive = Math.Max(MostActive, Active);
        }

        if (index >= _gateFrom)
        {
            _gate?.Wait();
        }

        image[0] = (byte)index;
        lock (_counting)
        {
            Active--;
        }

        if (index == _bad)
        {
            throw new IOException($"Image {index} is bad.");
        }
    }
}
