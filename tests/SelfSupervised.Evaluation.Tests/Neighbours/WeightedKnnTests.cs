namespace SelfSupervised.Evaluation.Tests.Neighbours;

public sealed class WeightedKnnTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("knn.json").Select(fixture => fixture.Name));

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void Evaluate_WorkedExample_AnswersClassOne(int neighbours, int expected)
    {
        var bank = tensor(new[] { 1, 0, .8f, .6f, 0, 1 }, [3, 2]);
        var query = tensor(new[] { .6f, .8f }, [1, 2]);
        var result = WeightedKnn.Evaluate(
            bank, tensor((long[])[0, 1, 1]), query, tensor((long[])[1]), new KnnOptions { Neighbours = neighbours });
        result.Test.Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Scores_WorkedExample_AreTheSums()
    {
        // Similarities 0.6, 0.96 and 0.8, less the largest.
        var bank = tensor(new[] { 1, 0, .8, .6, 0, 1 }, [3, 2]);
        var query = tensor(new[] { 6, 8.0 }, [1, 2]);
        var scores = WeightedKnn.Scores(bank, tensor((long[])[0, 1, 1]), query, new KnnOptions { Neighbours = 3, Temperature = 0.1 });
        TensorAssert.Close(scores, [Math.Exp(-3.6), 1 + Math.Exp(-1.6)], [1, 2]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_ScikitLearn_Agrees(string name)
    {
        var fixture = Fixture.Load("knn.json").Single(one => one.Name == name);
        var majority = fixture.Number("temperature") == 0;
        var options = new KnnOptions
        {
            Neighbours = (int)fixture.Number("neighbours"),
            Temperature = majority ? 1 : fixture.Number("temperature"),
            Votes = majority ? KnnVotes.Majority : KnnVotes.Weighted,
        };
        var (bank, labels, queries) = (fixture.Tensor("bank"), fixture.Tensor("bankLabels"), fixture.Tensor("queries"));

        var scores = WeightedKnn.Scores(bank, labels, queries, options);
        TensorAssert.Close(scores.div(scores.sum(1L, keepdim: true)), fixture.Tensor("shares"));
        var test = WeightedKnn.Evaluate(bank, labels, queries, fixture.Tensor("queryLabels"), options).Test;
        test.Top1.Correct.Should().Be((long)fixture.Number("top1"));
        test.Top5.Correct.Should().Be((long)fixture.Number("top5"));
        test.Predictions.Should().Equal(Example.Classes(fixture.Tensor("predictions")));
    }

    [Theory]
    [InlineData(1, 0.07, KnnVotes.Weighted)]
    [InlineData(5, 0.07, KnnVotes.Weighted)]
    [InlineData(30, 0.5, KnnVotes.Weighted)]
    [InlineData(7, 1, KnnVotes.Majority)]
    public void Scores_SlowReference_Agrees(int neighbours, double temperature, KnnVotes votes)
    {
        var (bank, labels) = Example.Clusters(1, 30, 5, 4, spread: 3);
        var (queries, _) = Example.Clusters(2, 11, 5, 4, spread: 3);
        var options = new KnnOptions { Neighbours = neighbours, Temperature = temperature, Votes = votes };
        var expected = Example.Rows(queries).SelectMany(query => Reference(query, Example.Rows(bank), Example.Classes(labels), 4, options));
        TensorAssert.Close(WeightedKnn.Scores(bank, labels, queries, options), expected.ToArray(), [11, 4]);
    }

    [Fact]
    public void Evaluate_NearestOnTheTrainingSet_IsRightEverywhere()
    {
        var (bank, labels) = Example.Clusters(3, 50, 6, 5, spread: 5, type: ScalarType.Float32);
        var result = WeightedKnn.Evaluate(bank, labels, bank, labels, KnnOptions.Nearest);
        result.Test.Top1.Should().Be(new Accuracy(50, 50));
        result.SharedRows.Should().Be(50);
    }

    [Fact]
    public void Evaluate_AllNeighboursAtAHighTemperature_AnswersTheMajority()
    {
        var bank = RandomTensors.Normal(4, [10, 3]);
        var labels = tensor((long[])[2, 1, 1, 0, 1, 2, 1, 0, 1, 2]);
        var options = new KnnOptions { Neighbours = 10, Temperature = 1e9 };
        WeightedKnn.Evaluate(bank, labels, bank, labels, options).Test.Predictions.Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public void Scores_LowTemperature_StayFinite()
    {
        var (bank, labels) = Example.Clusters(5, 20, 4, 3, type: ScalarType.Float32);
        var scores = WeightedKnn.Scores(bank, labels, bank, new KnnOptions { Neighbours = 20, Temperature = 1e-6 });
        TensorAssert.Finite(scores);
        TensorAssert.Values(scores.amax([1L])).Should().OnlyContain(largest => largest >= 1 && largest < 20);
    }

    [Fact]
    public void Scores_EquallySimilarRows_TakesTheFirstOfTheBank()
    {
        var bank = ones(300, 2);
        var labels = arange(300, ScalarType.Int64);
        var scores = WeightedKnn.Scores(bank, labels, ones(2, 2), new KnnOptions { Neighbours = 3 });
        var expected = Enumerable.Range(0, 600).Select(i => i % 300 < 3 ? 1.0 : 0).ToArray();
        TensorAssert.Close(scores, expected, [2, 300]);
    }

    [Fact]
    public void Scores_ScaledRows_AreTheSame()
    {
        var (bank, labels) = Example.Clusters(6, 20, 4, 3);
        var (queries, _) = Example.Clusters(7, 5, 4, 3);
        var options = new KnnOptions { Neighbours = 5 };
        TensorAssert.Close(WeightedKnn.Scores(bank.mul(17), labels, queries.mul(0.01), options), WeightedKnn.Scores(bank, labels, queries, options));
    }

    [Fact]
    public void Evaluate_MoreThanFitsAtOnce_AgreesWithEachPart()
    {
        // 2^24 similarities at once: 67,109 rows leave 249 queries to a part. In so few dimensions as 2, the nearest rows would be
        // equally near but for rounding, which changes with the size of a product.
        var bank = RandomTensors.Normal(8, [67_109, 16], ScalarType.Float32);
        var labels = arange(67_109, ScalarType.Int64).remainder(5);
        var queries = RandomTensors.Normal(9, [251, 16], ScalarType.Float32);
        var options = new KnnOptions { Neighbours = 10 };
        var parts = cat([.. queries.split(100).Select(part => WeightedKnn.Scores(bank, labels, part, options))]);
        TensorAssert.Close(WeightedKnn.Scores(bank, labels, queries, options), parts, atol: 1e-4);
    }

    [Fact]
    public void Evaluate_Protocol_IsInTheResult()
    {
        var (bank, labels) = Example.Clusters(1, 30, 5, 4);
        var (queries, queryLabels) = Example.Clusters(2, 12, 5, 4);
        var options = new KnnOptions { Neighbours = 5 };
        var result = WeightedKnn.Evaluate(bank, labels, queries, queryLabels, options);
        (result.TrainCount, result.Dimension, result.SharedRows, result.Options).Should().Be((30, 5, 0, options));
        (result.Test.Classes, result.Test.Top1).Should().Be((4, new Accuracy(12, 12)));
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (bank, labels) = Example.Clusters(1, 30, 5, 4);
        var (queries, queryLabels) = Example.Clusters(2, 12, 5, 4);
        LeakCheck.NothingLeft(
            () => WeightedKnn.Evaluate(bank, labels, queries, queryLabels, new KnnOptions { Neighbours = 5 }), bank, labels, queries, queryLabels);
        LeakCheck.OnlyResult(() => WeightedKnn.Scores(bank, labels, queries, new KnnOptions { Neighbours = 5 }), bank, labels, queries);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (bank, labels) = (ones(6, 4), zeros(6, ScalarType.Int64));
        foreach (var (features, message) in Example.BadFeatures("trainFeatures", 6))
        {
            Example.Refuses(() => WeightedKnn.Evaluate(features, labels, bank, labels, KnnOptions.Nearest), message);
        }

        foreach (var (features, message) in Example.BadFeatures("testFeatures", 6))
        {
            Example.Refuses(() => WeightedKnn.Evaluate(bank, labels, features, labels, KnnOptions.Nearest), message);
        }

        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels, ones(6, 3), labels, KnnOptions.Nearest),
            "Expected `testFeatures` to have 4 columns like `trainFeatures`, but got [6, 3].*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, zeros(5, ScalarType.Int64), bank, labels, KnnOptions.Nearest),
            "Expected `trainLabels` to be Int64 of shape [6], one for each row of `trainFeatures`, but got Int64 of shape [5].*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels, bank, zeros(6), KnnOptions.Nearest),
            "Expected `testLabels` to be Int64 of shape [6], one for each row of `testFeatures`, but got Float32 of shape [6].*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels, bank, labels.add(3), KnnOptions.Nearest),
            "Expected `testLabels` to hold classes from 0 to 0, but got 3.*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels.sub(1), bank, labels, KnnOptions.Nearest),
            "Expected `trainLabels` to hold classes from 0 to *, but got -1.*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels, bank, labels), "Expected `Neighbours` to be from 1 to 6, the rows of `trainFeatures`, but got 200.*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels, bank.to(META), labels, KnnOptions.Nearest),
            "Expected `testFeatures` to be on cpu like `trainFeatures`, but it is on meta.*");
        Example.Refuses(
            () => WeightedKnn.Evaluate(bank, labels.to(META), bank, labels, KnnOptions.Nearest),
            "Expected `trainLabels` to be on cpu like `trainFeatures`, but it is on meta.*");
        FluentActions.Invoking(() => new KnnOptions { Neighbours = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new KnnOptions { Temperature = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new KnnOptions { Votes = (KnnVotes)5 }).Should().Throw<ArgumentOutOfRangeException>();
        bank.Dispose();
        FluentActions.Invoking(() => WeightedKnn.Scores(bank, labels, bank)).Should().Throw<ObjectDisposedException>();
    }

    private static double[] Reference(double[] query, double[][] bank, int[] labels, int classes, KnnOptions options)
    {
        var nearest = bank.Select((row, i) => (Similarity: Example.Dot(Example.Unit(query), Example.Unit(row)), Label: labels[i]))
            .OrderByDescending(one => one.Similarity).Take(options.Neighbours).ToArray();
        var scores = new double[classes];
        foreach (var (similarity, label) in nearest)
        {
            scores[label] += options.Votes == KnnVotes.Majority ? 1 : Math.Exp((similarity - nearest[0].Similarity) / options.Temperature);
        }

        return scores;
    }
}
