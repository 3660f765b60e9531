using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class AdversarialViewsTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);

    public static TheoryData<string> Methods => ["SimCLR", "one-sided", "instances", "memories", "MoCo"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Turns_EachPlayer_LeaveTheOtherUntouched(string name)
    {
        using var scope = NewDisposeScope();
        using var game = Game(name);
        using var encoder = optim.SGD(game.TrainedParameters(0).Select(entry => entry.Parameter), 0.1);
        using var viewmaker = optim.SGD(game.TrainedParameters(1).Select(entry => entry.Parameter), 0.1);
        for (var step = 0; step < 2; step++)
        {
            Turn(0, encoder, 1, step);
            Turn(1, viewmaker, 0, step);
        }

        void Turn(int player, TorchSharp.Modules.OptimizerHelper optimizer, int other, int step)
        {
            var before = Values(game, other);
            var own = Values(game, player);
            game.zero_grad();
            game.Compute(Batch(step, pass: player), player).Loss.backward();
            game.TrainedParameters(other).All(entry => entry.Parameter.grad is null).Should().BeTrue();
            optimizer.step();
            game.AfterStep(player);
            Values(game, other).Should().BeEquivalentTo(before, options => options.WithStrictOrdering());
            Values(game, player).Should().NotBeEquivalentTo(own);
            game.TrainedParameters(other).Should().OnlyContain(entry => entry.Parameter.requires_grad);
        }
    }

    [Fact]
    public void Compute_Losses_AreOppositeOnTheSameViews()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR", weight: 2);
        game.eval();
        var one = game.Compute(Batch(3, pass: 1), 0);
        var other = game.Compute(Batch(3, pass: 1), 1);
        TensorAssert.Close(other.Loss, -2 * one.Loss.item<float>(), atol: 1e-5);
        game.Compute(Batch(3, pass: 2), 1).Loss.item<float>().Should().NotBe(other.Loss.item<float>(), "another pass has other noise");
        one.Loss.backward();
        game.Viewmaker.parameters().All(parameter => parameter.grad is null).Should().BeTrue();
    }

    [Fact]
    public void Compute_SimClr_IsTheComposition()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR");
        game.eval();
        var output = game.Compute(Batch(3, pass: 0, metrics: true));
        var views = game.Views.Make(Examples.Bytes(1, 6, s_shape), 3, 3, Examples.Indices(6));
        var method = (SimClr)game.Method;
        TensorAssert.Close(output.Loss, NTXent.Loss([.. views.Select(view => method.Head.call(method.Encoder.call(view)))], 0.3), atol: 1e-5);
        output.Metrics.Keys.Should().BeEquivalentTo("accuracy", "budget spent", "distortion", "clamped", "diversity");
        output.Metrics["budget spent"].item<float>().Should().BeInRange(0.9f, 1);
    }

    [Fact]
    public void GradientReversal_OnePass_GivesBothTheirGradients()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR", weight: 0.5, reversal: true);
        using var twin = Game("SimCLR", weight: 0.5);
        game.Players.Should().Equal("encoder and viewmaker");
        game.eval();
        twin.eval();
        game.Compute(Batch(1)).Loss.backward();
        twin.Compute(Batch(1), 1).Loss.backward();
        foreach (var (one, other) in game.Viewmaker.parameters().Zip(twin.Viewmaker.parameters()))
        {
            TensorAssert.Close(one.grad!, other.grad!, atol: 1e-5, rtol: 1e-3);
        }

        twin.zero_grad();
        twin.Compute(Batch(1), 0).Loss.backward();
        foreach (var (one, other) in game.Encoder.parameters().Zip(twin.Encoder.parameters()))
        {
            TensorAssert.Close(one.grad!, other.grad!, atol: 1e-5, rtol: 1e-3);
        }

        game.TrainedParameters().Should().HaveCount(twin.TrainedParameters(0).Count() + twin.TrainedParameters(1).Count());
    }

    [Fact]
    public void BatchNorm_BothTurns_MoveItsStatistics()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR");
        var batches = game.Encoder.get_buffer("layer1.1.num_batches_tracked")!;
        game.Compute(Batch(0), 0).Dispose();
        TensorAssert.Close(batches, 1);
        game.Compute(Batch(0, pass: 1), 1).Dispose();
        TensorAssert.Close(batches, 2);
    }

    [Fact]
    public void Game_FewSteps_ViewmakerMakesTheLossLarger()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR");
        game.eval(); // so that only the viewmaker changes what is measured
        using var optimizer = optim.Adam(game.TrainedParameters(1).Select(entry => entry.Parameter), 1e-2);
        var before = game.Compute(Batch(100)).Loss.item<float>();
        for (var step = 0; step < 25; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            game.Compute(Batch(step, pass: 1), 1).Loss.backward();
            optimizer.step();
            game.AfterStep(1);
        }

        game.Compute(Batch(100)).Loss.item<float>().Should().BeGreaterThan(before + 0.02f);
    }

    [Fact]
    public void Game_NoBudgetToSpeakOf_TendsToTheImagesThemselves()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR", budget: 1e-9);
        game.eval();
        var output = game.Compute(Batch(0));
        TensorAssert.Close(output.Embeddings[0], output.Embeddings[1], atol: 1e-4);
    }

    [Fact]
    public void StateDict_Game_HoldsBothPlayersOnce()
    {
        using var game = Game("memories");
        game.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("method", "viewmaker");
        game.parameters().Distinct().Should().HaveCount(game.parameters().Count());
        game.state_dict().Keys.Should().Contain(["method.bank.rows", "viewmaker.conv1.conv2d.weight"]);
        game.Players.Should().Equal("encoder", "viewmaker");
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        AdversarialViews game;
        using (var scope = NewDisposeScope())
        {
            game = Game("SimCLR");
            scope.DisposablesCount.Should().Be(0);
        }

        using var images = Examples.Bytes(1, 4, s_shape);
        foreach (var player in new[] { 0, 1 })
        {
            LeakCheck.NothingLeft(
                () =>
                {
                    using var scope = NewDisposeScope();
                    game.Compute(new(images, Examples.Indices(4), WithMetrics: true, Pass: player), player).Loss.backward();
                    game.zero_grad();
                    game.AfterStep(player);
                },
                images);
        }

        game.Dispose();
        LeakCheck.NothingLeft(() => Game("memories").Dispose());
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var game = Game("SimCLR");
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => new AdversarialViews(game.Views, _ => Game("SimCLR"))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `method` to make a method of one player, but it has 2.*");
        FluentActions.Invoking(() => new AdversarialViews(null!, _ => game)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => Game("SimCLR", weight: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("weight");
        game.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        game.Invoking(one => one.Compute(new(images, Examples.Indices(4)), 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        game.Invoking(one => one.TrainedParameters(2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        game.Invoking(one => one.AfterStep(2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        using var other = new AdversarialViews(game.Views, _ => SimClr(ViewPlan.TwoViews(new ViewPipeline())));
        other.Invoking(one => one.Compute(new(images, Examples.Indices(4)), 1)).Should().Throw<InvalidOperationException>().WithMessage("*give the method the views that it is offered.");
        var views = new LearnedViews(new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 4 }), count: 1);
        FluentActions.Invoking(() => new AdversarialViews(views, SimClr)).Should().ThrowExactly<ArgumentException>("SimCLR needs two views");
    }

    private static double[][] Values(AdversarialViews game, int player) => [.. game.TrainedParameters(player).Select(entry => TensorAssert.Values(entry.Parameter))];

    private static PretrainingBatch Batch(int step = 0, int pass = 0, bool metrics = false) =>
        new(Examples.Bytes(1, 6, s_shape), Examples.Indices(6), step, metrics, pass);

    private static SimClr SimClr(IViews views) => new(Encoder(), Head(), views, temperature: 0.3, seed: 3);

    private static SmallConvNet Encoder()
    {
        using var weights = new Generator(1);
        return new SmallConvNet(4, generator: weights);
    }

    private static ProjectionHead Head()
    {
        using var weights = new Generator(2);
        return ProjectionHead.SimClrV1Code(16, 8, weights);
    }

    private static AdversarialViews Game(string name, double weight = 1, bool reversal = false, double budget = 0.05)
    {
        using var weights = new Generator(3);
        var viewmaker = new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 4, ResidualBlocks = 1, Budget = PerturbationBudget.L1(budget) }, weights);
        var views = new LearnedViews(viewmaker, name is "instances" or "memories" ? 1 : 2, after: new ViewPipeline(Normalize.Cifar10));
        return new AdversarialViews(
            views,
            name switch
            {
                "SimCLR" => SimClr,
                "one-sided" => given => new SimClr(Encoder(), Head(), given, 0.07, 3, ViewmakerLoss.OneSided),
                "MoCo" => given => new MoCo(Encoder, Head, given, new MoCoOptions { QueueCapacity = 20, Dimension = 8 }, 3),
                _ => given => new InstanceDiscrimination(
                    Encoder(),
                    Head(),
                    given,
                    new MemoryBank(6, 8),
                    new InstanceDiscriminationOptions { Negatives = 12, Comparison = name == "memories" ? InstanceComparison.Memories : InstanceComparison.NoiseContrast, Seed = 3 }),
            },
            weight,
            reversal);
    }
}
