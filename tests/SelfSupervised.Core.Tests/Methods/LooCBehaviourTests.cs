using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

/// <summary>That LooC does what it is for: images are a content and a colour, and colour is an augmentation.</summary>
public sealed class LooCBehaviourTests
{
    private const int Count = 768;
    private const int Size = 16;
    private const int Classes = 8;

    private static readonly ViewPipeline s_pipeline = new(new RandomCrop(Size, Size, padding: 2, BorderMode.Reflect), new ColorJitter(0.2, 0, 0, 0.5));
    private static readonly MoCoOptions s_options = new() { QueueCapacity = 256, Dimension = 16, Temperature = 0.2, Momentum = MomentumSchedule.Constant(0.9) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_ColorDesignated_KeepsTheColourThatMoCoLoses(bool branching)
    {
        using var scope = NewDisposeScope();
        var (images, contents, colours) = Data();
        using var looc = new LooC(
            () => Encoder(branching), Head, ViewPlan.LeaveOneOut(s_pipeline, new DesignatedAugmentation("colour", [1])), new() { MoCo = s_options }, seed: 2);
        using PretrainingMethod moco = branching
            ? new MoCoPlusPlus(() => Encoder(branching), Head, ViewPlan.TwoViews(s_pipeline), s_options, seed: 2)
            : new MoCo(() => Encoder(branching), Head, ViewPlan.TwoViews(s_pipeline), s_options, seed: 2);
        Train(looc, images);
        Train(moco, images);

        var (content, colour) = (Probe(looc.Encoder, images, contents), Probe(looc.Encoder, images, colours));
        var (mocoContent, mocoColour) = (Probe(moco.Encoder, images, contents), Probe(moco.Encoder, images, colours));
        using var all = looc.Spaces.Probe(SpaceOutput.Embeddings, 0);
        using var own = looc.Spaces.Probe(SpaceOutput.Embeddings, 1);
        var (inAll, inOwn) = (Probe(all, images, colours), Probe(own, images, colours));
        colour.Should().BeGreaterThan(mocoColour + 0.3, "an invariant encoder has lost it");
        content.Should().BeGreaterThan(mocoContent - 0.1);
        inOwn.Should().BeGreaterThan(inAll + 0.1, "space 0 is invariant and space 1 is not");
    }

    private static nn.Module<Tensor, Tensor> Encoder(bool branching)
    {
        using var weights = new Generator(1);
        return branching ? BranchingEncoder.OfSmallConvNet(2, 8, generator: weights) : new SmallConvNet(8, generator: weights);
    }

    private static ProjectionHead Head()
    {
        using var weights = new Generator(2);
        return ProjectionHead.MoCoV2(32, 16, weights);
    }

    // Eight contents, fields of four by four cells, in eight hues; brightness and noise vary.
    private static (Tensor Images, int[] Contents, int[] Colours) Data()
    {
        var random = new Random(4);
        var fields = Enumerable.Range(0, Classes).Select(_ => Enumerable.Range(0, 16).Select(_ => random.Next(2)).ToArray()).ToArray();
        var (values, contents, colours) = (new byte[Count * 3 * Size * Size], new int[Count], new int[Count]);
        for (var image = 0; image < Count; image++)
        {
            (contents[image], colours[image]) = (random.Next(Classes), random.Next(Classes));
            var light = 0.6 + (0.4 * random.NextDouble());
            for (var k = 0; k < 3 * Size * Size; k++)
            {
                var (channel, y, x) = (k / (Size * Size), k / Size % Size, k % Size);
                var hue = 0.5 + (0.5 * Math.Cos(2 * Math.PI * ((colours[image] / (double)Classes) - (channel / 3.0))));
                var shade = 0.35 + (0.65 * fields[contents[image]][(y / 4 * 4) + (x / 4)]);
                var value = (light * shade * (0.3 + (0.7 * hue))) + (0.15 * (random.NextDouble() - 0.5));
                values[(image * 3 * Size * Size) + k] = (byte)Math.Clamp(255 * value, 0, 255);
            }
        }

        return (tensor(values, [Count, 3, Size, Size]), contents, colours);
    }

    private static void Train(PretrainingMethod method, Tensor images)
    {
        using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter), 3e-3);
        for (var step = 0; step < 200; step++)
        {
            using var scope = NewDisposeScope();
            int[] indices = Examples.Indices(64, step * 64 % Count);
            optimizer.zero_grad();
            method.Compute(new(images.narrow(0, indices[0], 64), indices, step)).Loss.backward();
            optimizer.step();
            method.AfterStep();
        }

        method.eval();
    }

    // Ridge regression on the first two thirds, the share of hits on the rest.
    private static double Probe(nn.Module<Tensor, Tensor> encoder, Tensor images, int[] labels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        const int fit = Count * 2 / 3;
        var x = encoder.call(images.to(float32).div(255)).to(float64);
        x = x.sub(x.mean([0])).div(x.std([0]).add(1e-6));
        x = cat([x, ones(Count, 1, float64)], 1);
        var y = nn.functional.one_hot(tensor(labels.Select(one => (long)one).ToArray()), Classes).to(float64);
        var (seen, target) = (x.narrow(0, 0, fit), y.narrow(0, 0, fit));
        var weights = linalg.solve(seen.t().mm(seen).add(eye(x.shape[1], dtype: float64)), seen.t().mm(target));
        return x.narrow(0, fit, Count - fit).mm(weights).argmax(1).eq(tensor(labels[fit..].Select(one => (long)one).ToArray())).to(float64).mean().item<double>();
    }
}
