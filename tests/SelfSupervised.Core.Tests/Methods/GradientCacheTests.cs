using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Methods;

namespace SelfSupervised.Core.Tests.Methods;

/// <summary>The function for loops of one's own.</summary>
public sealed class GradientCacheTests : IDisposable
{
    private const int Rows = 7;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(7, true)]
    public void Backward_AnyParts_IsTheWholeBatch(int parts, bool inDouble)
    {
        var type = inDouble ? float64 : float32;
        var (whole, network) = (Network(type), Network(type));
        var (first, second) = (Images(1, type), Images(2, type));
        var expected = NTXent.Loss([whole.call(first), whole.call(second)], 0.2);
        expected.backward();

        var loss = GradientCache.Backward([network], parts, part => network.call(cat([Part(first, part, parts), Part(second, part, parts)])).chunk(2), both => NTXent.Loss(both, 0.2));
        TensorAssert.Close(loss, expected.detach(), Tolerance(type), Tolerance(type));
        loss.requires_grad.Should().BeFalse();
        SameGradients(network, whole, Tolerance(type));
    }

    [Fact]
    public void Backward_TwoEncodersWithOtherRows_IsTheWholeBatch()
    {
        // Each question has three passages, and a part's numbers of either are its own.
        var (questions, passages) = (Images(1, float64), RandomTensors.Normal(2, [3 * Rows, 5]));
        var (oneQ, oneP, twoQ, twoP) = (Network(float64), Network(float64, seed: 50), Network(float64), Network(float64, seed: 50));
        Tensor Loss(IReadOnlyList<Tensor> both) => nn.functional.cross_entropy(both[0].mm(both[1].t()), arange(0, 3 * Rows, 3));
        Loss([oneQ.call(questions), oneP.call(passages)]).backward();
        GradientCache.Backward([twoQ, twoP], 4, part => [twoQ.call(Part(questions, part, 4)), twoP.call(Part(passages, part, 4))], Loss);
        SameGradients(twoQ, oneQ, 1e-10);
        SameGradients(twoP, oneP, 1e-10);
    }

    [Fact]
    public void Backward_FixedEmbeddings_AreMadeOnce()
    {
        var (whole, network, keys) = (Network(float64), Network(float64), Network(float64, seed: 50));
        var images = Images(1, float64);
        var (queried, keyed) = (new List<int>(), new List<int>());
        InfoNCE.Loss(whole.call(images), keys.call(images).detach(), 0.2).backward();
        GradientCache.Backward([network], 3, part => [.. Query(part), Key(part)], Loss, Query);
        SameGradients(network, whole, 1e-10);
        queried.Should().Equal(0, 1, 2, 0, 1);
        keyed.Should().Equal(0, 1, 2);

        Tensor Loss(IReadOnlyList<Tensor> both)
        {
            both.Select(one => one.requires_grad).Should().Equal(true, false);
            return InfoNCE.Loss(both[0], both[1], 0.2);
        }

        Tensor[] Query(int part)
        {
            queried.Add(part);
            return [network.call(Part(images, part, 3))];
        }

        Tensor Key(int part)
        {
            keyed.Add(part);
            using var noGradient = no_grad();
            return keys.call(Part(images, part, 3));
        }
    }

    [Fact]
    public void Backward_LossWithParametersAndGradientsFromBefore_AddsToBoth()
    {
        var (whole, network) = (Network(float64), Network(float64));
        var (scale, cachedScale) = (tensor(1.5, float64, requires_grad: true), tensor(1.5, float64, requires_grad: true));
        var images = Images(1, float64);
        for (var time = 0; time < 2; time++)
        {
            whole.call(images).mul(scale).square().mean().backward();
            GradientCache.Backward([network], 3, part => [network.call(Part(images, part, 3))], all => all[0].mul(cachedScale).square().mean());
        }

        SameGradients(network, whole, 1e-10);
        TensorAssert.Close(cachedScale.grad!, scale.grad!);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Backward_Dropout_IsTheLoopThatKeepsEveryGraph(int parts)
    {
        var (loop, cached) = (Network(float64, dropout: true), Network(float64, dropout: true));
        var images = Images(1, float64);
        torch.random.manual_seed(3);
        var expected = NTXent.Loss([cat([.. Enumerable.Range(0, parts).Select(part => loop.call(Part(images, part, parts)))]), images.narrow(1, 0, 4)]);
        expected.backward();
        var state = torch.random.get_rng_state();

        torch.random.manual_seed(3);
        var loss = GradientCache.Backward([cached], parts, part => [cached.call(Part(images, part, parts))], all => NTXent.Loss([all[0], images.narrow(1, 0, 4)]));
        TensorAssert.Same(loss, expected.detach());
        SameGradients(cached, loop, 1e-13);
        TensorAssert.Same(torch.random.get_rng_state(), state);
    }

    [CudaFact]
    public void Backward_DropoutOnCuda_IsTheLoopThatKeepsEveryGraph()
    {
        var (loop, cached) = (Network(float64, dropout: true).to(CUDA), Network(float64, dropout: true).to(CUDA));
        var (images, others) = (Images(1, float64).to(CUDA), Images(2, float64).narrow(1, 0, 4).to(CUDA));
        torch.random.manual_seed(3);
        var embeddings = Enumerable.Range(0, 3).Select(part =>
        {
            cuda.manual_seed_all(randint_long(long.MaxValue));
            return loop.call(Part(images, part, 3));
        }).ToArray();
        NTXent.Loss([cat(embeddings), others]).backward();

        torch.random.manual_seed(3);
        GradientCache.Backward([cached], 3, part => [cached.call(Part(images, part, 3))], all => NTXent.Loss([all[0], others]));
        SameGradients(cached, loop, 1e-12);
    }

    [Fact]
    public void Backward_BatchNorm_IsTheLoopThatKeepsEveryGraph()
    {
        var (loop, cached) = (Network(float64, batchNorm: true), Network(float64, batchNorm: true));
        var images = Images(1, float64);
        NTXent.Loss([cat([.. Enumerable.Range(0, 3).Select(part => loop.call(Part(images, part, 3)))]), images.narrow(1, 0, 4)]).backward();
        GradientCache.Backward([cached], 3, part => [cached.call(Part(images, part, 3))], all => NTXent.Loss([all[0], images.narrow(1, 0, 4)]));
        SameGradients(cached, loop, 1e-12);
        cached.named_buffers().Should().HaveCount(3);
        foreach (var ((name, buffer), (_, expected)) in cached.named_buffers().Zip(loop.named_buffers()))
        {
            TensorAssert.Same(buffer, expected);
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                TensorAssert.Close(buffer, 3);
            }
        }
    }

    [Fact]
    public void Backward_EmbeddingFailsTheSecondTime_LeavesBuffersAndRandomNumbersAsAfterTheFirst()
    {
        var (network, other) = (Network(float64, dropout: true, batchNorm: true), Network(float64, dropout: true, batchNorm: true));
        var images = Images(1, float64);
        torch.random.manual_seed(3);
        foreach (var part in Enumerable.Range(0, 3))
        {
            network.call(Part(images, part, 3));
        }

        var (state, mean) = (torch.random.get_rng_state(), network.named_buffers().First().buffer);
        torch.random.manual_seed(3);
        FluentActions.Invoking(() => GradientCache.Backward([other], 3, part => [other.call(Part(images, part, 3))], all => all[0].square().mean(), part =>
        {
            other.call(Part(images, part, 3));
            throw new InvalidOperationException("It was to fail.");
        })).Should().ThrowExactly<InvalidOperationException>().WithMessage("It was to fail.");
        TensorAssert.Same(torch.random.get_rng_state(), state);
        TensorAssert.Same(other.named_buffers().First().buffer, mean);
    }

    [Fact]
    public void Backward_LossNaN_IsGivenBack()
    {
        var network = Network(float32);
        var images = Images(1, float32);
        var loss = GradientCache.Backward([network], 2, part => [network.call(Part(images, part, 2))], all => all[0].mean().mul(double.NaN));
        double.IsNaN(loss.item<float>()).Should().BeTrue();
        double.IsNaN(network.parameters().First().grad!.sum().item<float>()).Should().BeTrue();
    }

    [Fact]
    public void Backward_Lifetimes_AreTheCallers()
    {
        var network = Network(float32, dropout: true, batchNorm: true);
        var images = Images(1, float32);
        torch.random.manual_seed(3);
        LeakCheck.NothingLeft(
            () =>
            {
                using var loss = GradientCache.Backward([network], 3, part => [network.call(Part(images, part, 3)).alias()], all => all[0].square().mean());
                network.zero_grad();
            },
            images);
        LeakCheck.OnlyResult(
            () => GradientCache.Backward([network], 2, part => [network.call(Part(images, part, 2))], all => all[0].square().mean()), images);

        // What isn't made for it stays.
        var made = Enumerable.Range(0, 2).Select(part => network.call(Part(images, part, 2))).ToArray();
        using var kept = GradientCache.Backward([network], 2, part => [made[part]], all => all[0].square().mean());
        made.Should().OnlyContain(one => !one.IsInvalid);
    }

    [Fact]
    public void Backward_BadInput_Throws()
    {
        var network = Network(float32);
        var images = Images(1, float32);
        Tensor[] Embed(int part) => [network.call(Part(images, part, 2))];
        Tensor Loss(IReadOnlyList<Tensor> all) => all[0].square().mean();
        FluentActions.Invoking(() => GradientCache.Backward(null!, 2, Embed, Loss)).Should().Throw<ArgumentNullException>().WithParameterName("modules");
        FluentActions.Invoking(() => GradientCache.Backward([network], 2, null!, Loss)).Should().Throw<ArgumentNullException>().WithParameterName("embed");
        FluentActions.Invoking(() => GradientCache.Backward([network], 2, Embed, null!)).Should().Throw<ArgumentNullException>().WithParameterName("loss");
        FluentActions.Invoking(() => GradientCache.Backward([network], 0, Embed, Loss)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("parts");
        FluentActions.Invoking(() => GradientCache.Backward([network], 2, Embed, Loss, _ => null!)).Should().Throw<ArgumentNullException>().WithParameterName("again");
        Rejected([], Embed, Loss, "Expected `modules` to be at least one module and no null.*");
        Rejected([network], _ => [], Loss, "Expected `embed` to give at least one tensor, but got 0.*");
        Rejected([network], part => part == 0 ? Embed(0) : [.. Embed(0), .. Embed(1)], Loss, "Expected `embed` to give 1 tensors for every part, but got 2.*");
        Rejected([network], part => [Embed(part)[0].narrow(1, 0, 2 + part)], Loss, "Expected `embed` to give rows that can be joined*got Float32 [4, 3] as tensor 0 after Float32 [3, 2].*");
        Rejected([network], part => [Embed(part)[0].mean()], Loss, "Expected `embed` to give rows that can be joined, [b, ...] and b at least 1, but got Float32 [] as tensor 0.*");
        Rejected([network], Embed, all => all[0].mean([1L]), "Expected `loss` to give a scalar, but got [7].*");
        Rejected([network], Embed, Loss, "Expected part 0 to have a gradient in tensor 0, as the last part has, but it has none.", _ => []);
        Rejected([network], Embed, Loss, "Expected `tensor 0 of part 0` to have shape [3, 4] like `the first time`, but got [4, 4].", _ => Embed(1));
        FluentActions.Invoking(() => GradientCache.Backward([network], 2, part => [Part(images, part, 2)], Loss)).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("Expected an embedding to require a gradient, but none does.");
        FluentActions.Invoking(() => GradientCache.Backward([network], 2, Embed, _ => zeros([]))).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("Expected `loss` to depend on what requires a gradient, but it doesn't.");
    }

    private static void Rejected(
        IReadOnlyList<nn.Module> modules,
        Func<int, IReadOnlyList<Tensor>> embed,
        Func<IReadOnlyList<Tensor>, Tensor> loss,
        string message,
        Func<int, IReadOnlyList<Tensor>>? again = null) =>
        FluentActions.Invoking(() => GradientCache.Backward(modules, 2, embed, loss, again)).Should().ThrowExactly<ArgumentException>().WithMessage(message);

    private static double Tolerance(ScalarType type) => type == float64 ? 1e-10 : 1e-5;

    private static Tensor Images(int seed, ScalarType type) => RandomTensors.Normal(seed, [Rows, 5], type);

    // As even as they can be.
    private static Tensor Part(Tensor rows, int part, int parts)
    {
        var (first, end) = (part * rows.shape[0] / parts, (part + 1) * rows.shape[0] / parts);
        return rows.narrow(0, first, end - first);
    }

    private static nn.Module<Tensor, Tensor> Network(ScalarType type, int seed = 10, bool dropout = false, bool batchNorm = false)
    {
        nn.Module<Tensor, Tensor> middle = (dropout, batchNorm) switch
        {
            (false, false) => nn.Tanh(),
            (true, false) => nn.Dropout(0.4),
            (false, true) => nn.BatchNorm1d(6),
            (true, true) => nn.Sequential(nn.BatchNorm1d(6), nn.Dropout(0.4)),
        };
        return RandomTensors.Filled(nn.Sequential(nn.Linear(5, 6), middle, nn.Linear(6, 4)).to(type), seed);
    }

    private static void SameGradients(nn.Module actual, nn.Module expected, double tolerance)
    {
        foreach (var (one, other) in actual.parameters().Zip(expected.parameters()))
        {
            TensorAssert.Close(one.grad!, other.grad!, tolerance, tolerance);
        }
    }
}
