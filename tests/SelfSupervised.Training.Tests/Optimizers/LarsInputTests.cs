using TorchSharp.Modules;

namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>One test per mistake: what is said, and that it is said before libtorch can.</summary>
public sealed class LarsInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Parameter _weight = Weights.Of([1, 2], [1, 1]);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void LearningRate_OutOfRange_Throws(double rate)
    {
        OutOfRange(() => new LarsOptions(rate), "learningRate", $"finite and at least 0, but got {rate}");
        using var optimizer = Weights.Optimizer(new LarsOptions(1), _weight);
        OutOfRange(() => optimizer.SetLearningRate(rate), "learningRate", $"finite and at least 0, but got {rate}");
        optimizer.ParamGroups.Single().LearningRate = rate;
        OutOfRange(() => optimizer.step(), "LearningRate", $"finite and at least 0, but got {rate}");
    }

    [Fact]
    public void LearningRate_Removed_Throws()
    {
        var options = new LarsOptions(1) { LearningRate = null };
        OutOfRange(() => Weights.Optimizer(options, _weight), "LearningRate", "finite and at least 0, but got NaN");
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Momentum_OutOfRange_Throws(double value) =>
        OutOfRange(() => new LarsOptions(1) { Momentum = value }, "Momentum", $"at least 0 and below 1, but got {value}");

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void OtherSettings_OutOfRange_Throw(double value)
    {
        OutOfRange(() => new LarsOptions(1) { WeightDecay = value }, "WeightDecay", $"finite and at least 0, but got {value}");
        OutOfRange(() => new LarsOptions(1) { Epsilon = value }, "Epsilon", $"finite and at least 0, but got {value}");
        OutOfRange(() => new LarsOptions(1) { TrustCoefficient = value }, "TrustCoefficient", $"finite and greater than 0, but got {value}");
    }

    [Fact]
    public void TrustCoefficient_Zero_Throws() =>
        OutOfRange(() => new LarsOptions(1) { TrustCoefficient = 0 }, "TrustCoefficient", "finite and greater than 0, but got 0");

    [Fact]
    public void Form_Unknown_Throws() => OutOfRange(() => new LarsOptions(1) { Form = (LarsForm)3 }, "Form", "one of LarsForm, but got 3");

    [Fact]
    public void Options_ByDefault_AreSimClrs()
    {
        var options = new LarsOptions(4.8);
        (options.LearningRate, options.Form, options.Momentum, options.WeightDecay, options.TrustCoefficient, options.Epsilon, options.Nesterov)
            .Should().Be((4.8, LarsForm.Classic, 0.9, 0, 0.001, 0, false));
    }

    [Fact]
    public void Options_ChangedAfterwards_DoNotReachTheGroup()
    {
        var options = new LarsOptions(1);
        using var optimizer = Weights.Optimizer(options, _weight);
        (options.LearningRate, options.WeightDecay) = (2, 3);
        var group = (LarsParamGroup)optimizer.ParamGroups.Single();
        (group.LearningRate, group.InitialLearningRate, group.Options.WeightDecay).Should().Be((1, 1, 0));
    }

    [Fact]
    public void Constructor_Null_Throws()
    {
        FluentActions.Invoking(() => new Lars(null!, new LarsOptions(1))).Should().Throw<ArgumentNullException>().WithParameterName("parameters");
        FluentActions.Invoking(() => new Lars([("w", _weight)], null!)).Should().Throw<ArgumentNullException>().WithParameterName("options");
        FluentActions.Invoking(() => new Lars([("w", null!)], new LarsOptions(1))).Should().Throw<ArgumentNullException>().WithParameterName("w");
    }

    [Fact]
    public void Constructor_NoParameters_Throws() =>
        Message(() => Weights.Optimizer(new LarsOptions(1))).Should().StartWith("Expected `parameters` to hold at least one parameter");

    [Fact]
    public void Constructor_ParameterTwice_Throws() =>
        Message(() => Weights.Optimizer(new LarsOptions(1), _weight, _weight)).Should().StartWith("Expected each parameter once, but `p1` is there twice.");

    [Fact]
    public void Constructor_HalfPrecision_Throws() =>
        Message(() => Weights.Optimizer(new LarsOptions(1), Weights.With(torch.ones(2, 2, dtype: ScalarType.Float16)))).Should()
            .StartWith("Expected `p0` to be Float32 or Float64, but got Float16.");

    [Fact]
    public void Constructor_DisposedParameter_Throws()
    {
        _weight.Dispose();
        FluentActions.Invoking(() => Weights.Optimizer(new LarsOptions(1), _weight)).Should().Throw<ObjectDisposedException>()
            .WithMessage("Expected `p0` to be a live parameter, but it has been disposed.*");
    }

    [Fact]
    public void AddParamGroup_KnownParameter_Throws()
    {
        using var optimizer = Weights.Optimizer(new LarsOptions(1), _weight);
        Message(() => optimizer.add_param_group(new LarsParamGroup([("again", _weight)], new LarsOptions(1)))).Should()
            .StartWith("Expected each parameter once, but `again` is in another group.");
    }

    [Fact]
    public void AddParamGroup_AnotherKind_Throws()
    {
        using var optimizer = Weights.Optimizer(new LarsOptions(1), _weight);
        Message(() => optimizer.add_param_group(new SGD.ParamGroup([Weights.Of([1])]))).Should()
            .StartWith("Expected `param_group` to be a LarsParamGroup, but got ParamGroup.");
    }

    [Fact]
    public void AddParamGroup_OtherSettings_AreUsedForItsParameters()
    {
        var other = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(0), _weight);
        optimizer.add_param_group(new LarsParamGroup([("other", other)], new LarsOptions(1) { WeightDecay = 0.1 }));
        optimizer.step();
        TensorAssert.Close(_weight, [1, 2], [1, 2]);
        TensorAssert.Close(other, [2.997, 3.996], [1, 2]);
        optimizer.parameters().Should().HaveCount(2);
    }

    [Fact]
    public void Step_ParameterDisposedSince_Throws()
    {
        using var optimizer = Weights.Optimizer(new LarsOptions(1), _weight);
        _weight.Dispose();
        optimizer.Invoking(one => one.step()).Should().Throw<ObjectDisposedException>()
            .WithMessage("Expected `p0` to be a live parameter, but it has been disposed; moving a module replaces its parameters.*");
    }

    [Fact]
    public void Step_AfterDispose_Throws()
    {
        var optimizer = Weights.Optimizer(new LarsOptions(1), _weight);
        optimizer.step();
        optimizer.Dispose();
        optimizer.Dispose();
        optimizer.Invoking(one => one.step()).Should().Throw<ObjectDisposedException>();
        _weight.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void SetLearningRate_AnyOptimizer_SetsEveryGroup()
    {
        using var adam = optim.Adam([_weight], lr: 1);
        adam.SetLearningRate(0.25);
        adam.ParamGroups.Should().OnlyContain(group => group.LearningRate == 0.25);
        FluentActions.Invoking(() => OptimizerExtensions.SetLearningRate(null!, 1)).Should().Throw<ArgumentNullException>().WithParameterName("optimizer");
    }

    private static string Message(Action action) => FluentActions.Invoking(action).Should().Throw<ArgumentException>().Which.Message;

    private static void OutOfRange(Func<object?> function, string name, string expectation) =>
        OutOfRange((Action)(() => function()), name, expectation);

    private static void OutOfRange(Action action, string name, string expectation) =>
        FluentActions.Invoking(action).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name)
            .WithMessage($"Expected `{name}` to be {expectation}.*");
}
