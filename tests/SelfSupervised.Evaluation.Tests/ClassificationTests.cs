namespace SelfSupervised.Evaluation.Tests;

/// <summary>Counts, by a bank of one row per class whose similarities are the scores.</summary>
public sealed class ClassificationTests
{
    [Fact]
    public void Confusion_Answers_AreCountedByTruthAndAnswer()
    {
        using var scope = NewDisposeScope();
        var bank = eye(3);
        var queries = tensor(new float[] { 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0 }, [5, 3]);
        var test = WeightedKnn.Evaluate(bank, tensor((long[])[0, 1, 2]), queries, tensor((long[])[0, 0, 1, 1, 0]), KnnOptions.Nearest).Test;

        test.Predictions.Should().Equal(0, 1, 1, 2, 0);
        test.Labels.Should().Equal(0, 0, 1, 1, 0);
        test.Confusion().Should().BeEquivalentTo(new long[,] { { 2, 1, 0 }, { 0, 1, 1 }, { 0, 0, 0 } });
        test.PerClass.Should().Equal(new Accuracy(2, 3), new Accuracy(1, 2), new Accuracy(0, 0));
        test.Top1.Should().Be(new Accuracy(3, 5));
        test.Top5.Should().Be(new Accuracy(5, 5));
        test.MeanPerClass.Should().BeApproximately(((2 / 3.0) + 0.5) / 2, 1e-15);
    }

    [Fact]
    public void Top5_EqualScores_RankTheLowestClassFirst()
    {
        // Each class has one row, all are equally near: every class has the same score.
        using var scope = NewDisposeScope();
        var labels = arange(8, ScalarType.Int64);
        var options = new KnnOptions { Neighbours = 8, Votes = KnnVotes.Majority };
        var test = WeightedKnn.Evaluate(ones(8, 4), labels, ones(8, 4), labels, options).Test;
        test.Predictions.Should().AllBeEquivalentTo(0);
        test.Top1.Should().Be(new Accuracy(1, 8));
        test.Top5.Should().Be(new Accuracy(5, 8));
    }
}
