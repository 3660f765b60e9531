using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views;

/// <summary>Draws an augmentation again for the images for which it came out as in another view.</summary>
internal static class CollisionRejection
{
    // An augmentation that is applied to one image in a thousand, or to all but one, still comes out otherwise within so many.
    private const int MostAttempts = 20_000;

    /// <summary>Changes a draw that nobody else has seen, in place, where its augmentation's numbers are all the other's.</summary>
    public static void Apply(ViewKey key, ReadOnlySpan<int> indices, ViewDraw draw, ViewDraw other, DesignatedAugmentation augmentation)
    {
        var shapes = draw.Pipeline.Shapes(draw.Shape);
        for (var image = 0; image < draw.Count; image++)
        {
            if (!Collides(draw, other, augmentation, image))
            {
                continue;
            }

            // The streams that the first draw came from go on behind it: what is drawn stays a function of the same numbers.
            var (index, streams) = (indices[image], new CounterRandom[augmentation.Places.Count]);
            for (var i = 0; i < streams.Length; i++)
            {
                streams[i] = new CounterRandom(key.Seed, RandomPurpose.View(key.View, augmentation.Places[i]), (uint)index, (uint)key.Step);
            }

            for (var attempt = 0; Collides(draw, other, augmentation, image); attempt++)
            {
                if (attempt == MostAttempts)
                {
                    throw new InvalidOperationException(
                        $"Expected the augmentation \"{augmentation.Name}\" to come out otherwise than the query's, but {MostAttempts} draws were the same.");
                }

                for (var i = 0; i < streams.Length; i++)
                {
                    var place = augmentation.Places[i];
                    var row = draw.Numbers(place, image);
                    row.Clear();
                    draw.Pipeline.Operators[place].DrawRow(ref streams[i], shapes[place], row);
                }
            }
        }
    }

    private static bool Collides(ViewDraw draw, ViewDraw other, DesignatedAugmentation augmentation, int image)
    {
        foreach (var place in augmentation.Places)
        {
            if (!draw.Row(place, image).SequenceEqual(other.Row(place, image)))
            {
                return false;
            }
        }

        return true;
    }
}
