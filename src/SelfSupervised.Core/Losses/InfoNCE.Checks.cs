using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class InfoNCE
{
    private static void CheckBatch(Tensor queries, Tensor keys, Tensor? falseNegatives, bool checkValues)
    {
        CheckPairs(queries, keys);
        var count = queries.shape[0];
        CheckMask(falseNegatives, count, count, queries);
        if (checkValues)
        {
            Guard.Finite((queries, nameof(queries)), (keys, nameof(keys)));
            FalseNegatives.CheckPositives(falseNegatives, views: 1, images: count);
        }
    }

    private static void CheckAgainst(
        Tensor queries, Tensor keys, Tensor negatives, Tensor? falseNegatives, bool checkValues)
    {
        CheckPairs(queries, keys);
        Guard.Embeddings(negatives, nameof(negatives));
        Guard.SameWidth(negatives, nameof(negatives), queries, nameof(queries));
        Guard.SameDevice(negatives, nameof(negatives), queries, nameof(queries));
        CheckMask(falseNegatives, queries.shape[0], negatives.shape[0], queries);
        if (checkValues)
        {
            Guard.Finite((queries, nameof(queries)), (keys, nameof(keys)), (negatives, nameof(negatives)));
        }
    }

    private static void CheckPairs(Tensor queries, Tensor keys)
    {
        Guard.Embeddings(queries, nameof(queries));
        Guard.Embeddings(keys, nameof(keys));
        Guard.SameShape(keys, nameof(keys), queries, nameof(queries));
        Guard.SameDevice(keys, nameof(keys), queries, nameof(queries));
    }

    private static void CheckMask(Tensor? falseNegatives, long rows, long columns, Tensor queries)
    {
        if (falseNegatives is not null)
        {
            Guard.Mask(falseNegatives, nameof(falseNegatives), rows, columns, queries, nameof(queries));
        }
    }
}
