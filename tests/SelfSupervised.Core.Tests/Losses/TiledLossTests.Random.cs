using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Losses.Tiled;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Random sizes, tiles, masks, temperatures and reductions of every loss, against the whole matrix.</summary>
public sealed partial class TiledLossTests
{
    private static readonly double[] s_temperatures = [1, 0.1, 0.02, 0.005, 5e-4];

    public static TheoryData<ScalarType, bool> Types => new()
    {
        { ScalarType.Float64, false }, { ScalarType.Float64, true }, { ScalarType.Float32, false }, { ScalarType.Float32, true },
        { ScalarType.BFloat16, false }, { ScalarType.BFloat16, true }, { ScalarType.Float16, false }, { ScalarType.Float16, true },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void NTXent_RandomSizesAndTiles_EqualsTheWholeMatrix(ScalarType type, bool masked) => Repeat((random, trial) =>
    {
        var (images, count, columns) = (Size(random, 13), random.Next(2, 5), random.Next(1, 9));
        var views = Embeddings(trial, type, columns, Enumerable.Repeat(images, count));
        var hidden = masked ? Mask(random, count * images, count * images, images) : null;
        if (trial % 2 == 0)
        {
            hidden = hidden?.logical_or(hidden.t());
        }

        Compare(
            random,
            views,
            (z, temperature, reduction, tiling) => NTXent.InTiles(z, temperature, hidden, reduction, tiling),
            (z, temperature) => DenseReference.NTXent(z, temperature, hidden));
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void InfoNCE_RandomSizesAndTiles_EqualsTheWholeMatrix(ScalarType type, bool masked) => Repeat((random, trial) =>
    {
        var (images, columns, bothWays) = (Size(random, 24), random.Next(1, 9), trial % 2 == 0);
        var pair = Embeddings(trial, type, columns, [images, images]);
        var hidden = masked ? Mask(random, images, images, images) : null;
        Compare(
            random,
            pair,
            (z, temperature, reduction, tiling) => InfoNCE.BatchInTiles(z[0], z[1], temperature, hidden, reduction, bothWays, tiling),
            (z, temperature) => DenseReference.InfoNCE(z[0], z[1], temperature, hidden, bothWays));
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void InfoNCEAgainst_RandomSizesAndChunks_EqualsTheWholeMatrix(ScalarType type, bool masked) => Repeat((random, trial) =>
    {
        var (images, negatives, columns) = (Size(random, 9), Size(random, 40), random.Next(1, 9));
        var all = Embeddings(trial, type, columns, [images, images, negatives]);
        var hidden = masked ? Mask(random, images, negatives) : null;
        Compare(
            random,
            all,
            (z, temperature, reduction, tiling) => InfoNCE.AgainstInTiles(
                z[0], z[1], z[2], temperature, hidden, reduction, unitNegatives: false, tiling),
            (z, temperature) => DenseReference.InfoNCEAgainst(z[0], z[1], z[2], temperature, hidden));
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void LeaveOneOut_RandomSizesAndChunks_EqualsTheWholeMatrix(ScalarType type, bool masked) => Repeat((random, trial) =>
    {
        var (spaces, images, columns) = (random.Next(1, 5), Size(random, 7), random.Next(1, 9));
        int[] negatives = [.. Enumerable.Range(0, spaces).Select(_ => Size(random, 40))];
        var all = Embeddings(trial, type, columns, [spaces * images, spaces * spaces * images, .. negatives]);
        Tensor?[]? hidden = masked ? [.. negatives.Select(count => random.Next(4) == 0 ? null : Mask(random, images, count))] : null;
        Compare(
            random,
            all,
            (z, temperature, reduction, tiling) => Similarity.Reduce(
                LeaveOneOut.TermsInTiles(Queries(z), Keys(z), z[2..], temperature, hidden, unitNegatives: false, tiling), reduction),
            (z, temperature) => DenseReference.LeaveOneOut(Queries(z), Keys(z), z[2..], temperature, hidden));

        Tensor Queries(Tensor[] z) => z[0].view(spaces, images, columns);
        Tensor Keys(Tensor[] z) => z[1].view(spaces, spaces, images, columns);
    });

    private static void Repeat(Action<Random, int> trial)
    {
        var random = new Random(30);
        for (var i = 0; i < 30; i++)
        {
            using var scope = NewDisposeScope();
            trial(random, i);
        }
    }

    /// <summary>One, now and then; now and then a number with no divisors, larger than most tiles; else anything up to a number.</summary>
    private static int Size(Random random, int most) => random.Next(10) switch { 0 => 1, 1 => 53, _ => random.Next(1, most + 1) };

    /// <summary>Value and gradients of every reduction at a random temperature and tile size, against the whole matrix in Float64; and again, to the same bits.</summary>
    private static void Compare(
        Random random,
        Tensor[] inputs,
        Func<Tensor[], double, nn.Reduction, Tiling, Tensor> tiled,
        Func<Tensor[], double, Tensor> dense)
    {
        var temperature = s_temperatures[random.Next(s_temperatures.Length)];
        var tiling = new Tiling(random.Next(1, 200), random.Next(1, 4), random.Next(2) * 400);
        var wide = inputs.Select(one => one.detach().@double().requires_grad_()).ToArray();
        var exact = dense(wide, temperature);
        var weights = RandomTensors.Normal(random.Next(), exact.shape);
        var (atol, rtol) = inputs[0].dtype == ScalarType.Float64 ? (1e-13 / temperature, 1e-11) : (2e-7 / temperature, 1e-5);
        // A gradient of a type of few digits is rounded to them in the end: up to the next number, or to infinity.
        var rounding = inputs[0].dtype switch { ScalarType.BFloat16 => 1 / 128.0, ScalarType.Float16 => 1 / 1024.0, _ => rtol };
        // A row's gradient is the larger the shorter the row, error and all.
        var lengths = wide.Select(one => one.detach().norm(1, keepdim: true).clamp_max(1)).ToArray();
        Check(nn.Reduction.None, exact);
        Check(nn.Reduction.Mean, exact.mean());
        Check(nn.Reduction.Sum, exact.sum());

        void Check(nn.Reduction reduction, Tensor expected)
        {
            var times = reduction == nn.Reduction.None ? weights : ones([], dtype: ScalarType.Float64);
            var (value, gradients) = Run();
            TensorAssert.Close(value.@double(), expected, atol, rtol);
            var exactGradients = autograd.grad([expected], wide, [times], retain_graph: true);
            // A score's rounding error, relative to a softmax, is that of the score: up to 1/τ; and 1/τ multiplies the gradient.
            var size = exactGradients.Zip(lengths).Max(one => one.First.mul(one.Second).abs().max().item<double>());
            for (var i = 0; i < inputs.Length; i++)
            {
                var right = exactGradients[i].to(inputs[i].dtype);
                TensorAssert.Close(
                    gradients[i].@double().mul(lengths[i]), right.@double().mul(lengths[i]), atol * (1 + size + (1 / temperature)), rounding);
            }

            var (again, gradientsAgain) = Run();
            foreach (var (second, first) in gradientsAgain.Append(again).Zip(gradients.Append(value)))
            {
                TensorAssert.Same(second, first);
            }

            (Tensor Value, Tensor[] Gradients) Run()
            {
                var result = tiled(inputs, temperature, reduction, tiling);
                return (result, autograd.grad([result], inputs, [times.to(result.dtype)]).ToArray());
            }
        }
    }

    /// <summary>
    /// A random mask that hides no positive pair, which are the rows and columns alike modulo the images; in some rows it hides all it may.
    /// </summary>
    private static Tensor Mask(Random random, int rows, int columns, int images = int.MaxValue)
    {
        var mask = new bool[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            var every = random.Next(6) == 0;
            for (var column = 0; column < columns; column++)
            {
                mask[row, column] = (every || random.Next(3) == 0) && (images == int.MaxValue || row % images != column % images);
            }
        }

        return tensor(mask);
    }
}
