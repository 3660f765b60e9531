using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>One test per mistake. What all forms share is tried on all of them.</summary>
public sealed class InfoNCEInputTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _queries = ones(32, 8);
    private readonly Tensor _queue = ones(10, 8);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_KeysOfAnotherWidth_Throws() =>
        Messages(_queries, ones(32, 4)).Should().AllBeEquivalentTo("Expected `keys` to have shape [32, 8] like `queries`, but got [32, 4].");

    [Fact]
    public void Loss_KeysOfAnotherCount_Throws() =>
        Messages(_queries, ones(31, 8)).Should().AllBeEquivalentTo("Expected `keys` to have shape [32, 8] like `queries`, but got [31, 8].");

    [Fact]
    public void Loss_WrongRank_Throws() =>
        Messages(ones(8), _queries).Should().AllBeEquivalentTo("Expected `queries` to have shape [N, D], but got [8].");

    [Fact]
    public void Loss_EmptyBatch_Throws() =>
        Messages(ones(0, 8), ones(0, 8)).Should().AllBeEquivalentTo("Expected `queries` to have at least one row and one column, but got [0, 8].");

    [Fact]
    public void Loss_WholeNumbers_Throws() =>
        Messages(_queries, ones(32, 8, dtype: ScalarType.Int32)).Should()
            .AllBeEquivalentTo("Expected `keys` to be Float16, BFloat16, Float32 or Float64, but got Int32.");

    [Fact]
    public void Loss_NotFinite_Throws() =>
        Messages(_queries, full([32, 8], float.NaN)).Should().AllBeEquivalentTo("Expected `keys` to be finite, but 256 of its 256 values are NaN or infinite.");

    [Fact]
    public void Loss_BadTemperature_Throws()
    {
        foreach (var form in Forms(_queries, _queries, temperature: 0))
        {
            form.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Expected `temperature` to be finite and greater than 0, but got 0.*");
        }
    }

    [Fact]
    public void Loss_DisposedKeys_Throws()
    {
        var keys = ones(32, 8);
        keys.Dispose();
        foreach (var form in Forms(_queries, keys))
        {
            form.Should().Throw<ObjectDisposedException>().WithMessage("Expected `keys` to be a live tensor, but it has been disposed.*");
        }
    }

    [Fact]
    public void Loss_MaskOfAnotherShape_Throws()
    {
        var mask = zeros(32, 10, dtype: ScalarType.Bool);
        const string Expected = "Expected `falseNegatives` to have shape [32, 32], but got [32, 10].";
        FluentActions.Invoking(() => InfoNCE.Loss(_queries, _queries, falseNegatives: mask)).Should().Throw<ArgumentException>().WithMessage(Expected);
        FluentActions.Invoking(() => InfoNCE.SymmetricLoss(_queries, _queries, falseNegatives: mask)).Should().Throw<ArgumentException>().WithMessage(Expected);
    }

    [Fact]
    public void LossAgainst_MaskOfAnotherShape_Throws() =>
        FluentActions.Invoking(() => InfoNCE.LossAgainst(_queries, _queries, _queue, falseNegatives: zeros(32, 32, dtype: ScalarType.Bool)))
            .Should().Throw<ArgumentException>().WithMessage("Expected `falseNegatives` to have shape [32, 10], but got [32, 32].");

    [Fact]
    public void Loss_MaskHidesPositive_Throws()
    {
        var mask = zeros(32, 32, dtype: ScalarType.Bool);
        mask[5, 5] = true;
        const string Expected = "Expected `falseNegatives` to be false for every positive pair, but it hides at least one.";
        FluentActions.Invoking(() => InfoNCE.Loss(_queries, _queries, falseNegatives: mask)).Should().Throw<ArgumentException>().WithMessage(Expected);
        FluentActions.Invoking(() => InfoNCE.SymmetricLoss(_queries, _queries, falseNegatives: mask)).Should().Throw<ArgumentException>().WithMessage(Expected);
    }

    [Fact]
    public void LossAgainst_NegativesOfAnotherWidth_Throws() =>
        Against(ones(10, 4)).Should().Be("Expected `negatives` to have 8 columns like `queries`, but got [10, 4].");

    [Fact]
    public void LossAgainst_NoNegatives_Throws() =>
        Against(ones(0, 8)).Should().Be("Expected `negatives` to have at least one row and one column, but got [0, 8].");

    [Fact]
    public void LossAgainst_NegativesNotFinite_Throws() =>
        Against(full([10, 8], float.PositiveInfinity)).Should().Be("Expected `negatives` to be finite, but 80 of its 80 values are NaN or infinite.");

    [Fact]
    public void LossAgainst_FiniteNegativesWhoseSumIsNot_AreAccepted() =>
        FluentActions.Invoking(() => InfoNCE.LossAgainst(_queries, _queries, full([10, 8], 3e38f))).Should().NotThrow();

    [Fact]
    public void LossAgainst_InfinitiesThatCancel_AreFound()
    {
        var negatives = ones(10, 8);
        (negatives[0, 0], negatives[1, 0]) = (float.PositiveInfinity, float.NegativeInfinity);
        Against(negatives).Should().Be("Expected `negatives` to be finite, but 2 of its 80 values are NaN or infinite.");
    }

    [Fact]
    public void Accuracy_BadInput_IsCheckedToo()
    {
        FluentActions.Invoking(() => InfoNCE.Accuracy(_queries, ones(32, 4))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `keys` to have shape [32, 8] like `queries`, but got [32, 4].");
        FluentActions.Invoking(() => InfoNCE.AccuracyAgainst(_queries, _queries, ones(10, 4))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `negatives` to have 8 columns like `queries`, but got [10, 4].");
    }

    private Action[] Forms(Tensor queries, Tensor keys, double temperature = 0.1) =>
    [
        () => InfoNCE.Loss(queries, keys, temperature),
        () => InfoNCE.SymmetricLoss(queries, keys, temperature),
        () => InfoNCE.LossAgainst(queries, keys, _queue, temperature),
    ];

    private string[] Messages(Tensor queries, Tensor keys) =>
        Forms(queries, keys).Select(form => form.Should().ThrowExactly<ArgumentException>().Which.Message).ToArray();

    private string Against(Tensor negatives) =>
        FluentActions.Invoking(() => InfoNCE.LossAgainst(_queries, _queries, negatives)).Should().ThrowExactly<ArgumentException>().Which.Message;
}
