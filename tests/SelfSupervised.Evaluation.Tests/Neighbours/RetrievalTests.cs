namespace SelfSupervised.Evaluation.Tests.Neighbours;

public sealed class RetrievalTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Within_OneHotOfTheClass_IsPerfect()
    {
        var labels = tensor((long[])[0, 1, 2, 0, 1, 2, 0, 1, 2]);
        var result = Retrieval.Within(nn.functional.one_hot(labels, 3).to(ScalarType.Float32), labels, 1, 2);
        result.MeanAveragePrecision.Should().Be(1);
        result.At.Should().Equal(new RetrievalAt(1, 1, 1), new RetrievalAt(2, 1, 1));
        (result.Queries, result.QueriesWithoutMatch, result.Candidates, result.WithinOneSet).Should().Be((9, 0, 8, true));
    }

    [Fact]
    public void Among_KnownRanking_HasKnownPrecision()
    {
        // Ranked relevant, not, relevant, not: AP = (1 + 2/3)/2.
        var gallery = tensor(new[] { 1, 0, .9, .1, .5, .5, 0, 1 }, [4, 2]);
        var result = Retrieval.Among(tensor(new[] { 1, 0.0 }, [1, 2]), tensor((long[])[7]), gallery, tensor((long[])[7, 1, 7, 2]), 1, 2, 3, 4);
        result.MeanAveragePrecision.Should().BeApproximately(5 / 6.0, 1e-15);
        result.At.Select(at => (at.K, at.Recall)).Should().Equal((1, 1), (2, 1), (3, 1), (4, 1));
        result.At.Select(at => at.Precision).Should().Equal(1, 0.5, 2 / 3.0, 0.5);
    }

    [Fact]
    public void Within_ScikitLearn_Agrees()
    {
        var fixture = Fixture.Load("retrieval.json").Single();
        var result = Retrieval.Within(fixture.Tensor("features"), fixture.Tensor("labels"), 1, 3, 10);
        result.MeanAveragePrecision.Should().BeApproximately(fixture.Number("map"), 1e-12);
        foreach (var at in result.At)
        {
            at.Recall.Should().BeApproximately(fixture.Number($"recall{at.K}"), 1e-12);
            at.Precision.Should().BeApproximately(fixture.Number($"precision{at.K}"), 1e-12);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Among_SlowReference_Agrees(ScalarType type)
    {
        var (queries, queryLabels) = Example.Clusters(1, 13, 4, 5, spread: 3, type: type);
        var (gallery, galleryLabels) = Example.Clusters(2, 24, 4, 4, spread: 3, type: type);
        var result = Retrieval.Among(queries, queryLabels, gallery, galleryLabels, 2);

        var (classes, rows) = (Example.Classes(galleryLabels), Example.Rows(gallery));
        var precisions = new List<double>();
        foreach (var (query, label) in Example.Rows(queries).Zip(Example.Classes(queryLabels)).Where(one => classes.Contains(one.Second)))
        {
            var relevant = Enumerable.Range(0, rows.Length).OrderByDescending(i => Example.Dot(Example.Unit(query), Example.Unit(rows[i])))
                .Select(i => classes[i] == label).ToArray();
            precisions.Add(Enumerable.Range(1, relevant.Length).Where(j => relevant[j - 1])
                .Average(j => relevant.Take(j).Count(one => one) / (double)j));
        }

        result.MeanAveragePrecision.Should().BeApproximately(precisions.Average(), 1e-12);
        (result.Queries, result.QueriesWithoutMatch).Should().Be((precisions.Count, 13 - precisions.Count));
        result.QueriesWithoutMatch.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Within_MoreThanFitsAtOnce_CountsEveryQuery()
    {
        // 2^21 similarities at once: 1,500 rows leave 1,398 queries to a part.
        var (features, labels) = Example.Clusters(3, 1500, 8, 10, spread: 0.01, type: ScalarType.Float32);
        var result = Retrieval.Within(features, labels, 10);
        (result.Queries, result.MeanAveragePrecision).Should().Be((1500, 1));
    }

    [Fact]
    public void Within_DuplicateRow_IsACandidateButTheRowItselfIsNot()
    {
        var features = tensor(new[] { 1.0, 0, 1, 0, 0, 1 }, [3, 2]);
        var result = Retrieval.Within(features, tensor((long[])[0, 0, 1]));
        (result.MeanAveragePrecision, result.Queries, result.QueriesWithoutMatch).Should().Be((1, 2, 1));
        result.At.Should().Equal(new RetrievalAt(1, 1, 1));
    }

    [Fact]
    public void Within_Tensors_LeavesNoneBehind()
    {
        var (features, labels) = Example.Clusters(1, 30, 5, 4);
        LeakCheck.NothingLeft(() => Retrieval.Within(features, labels, 1, 5), features, labels);
        LeakCheck.NothingLeft(() => Retrieval.Among(features, labels, features, labels, 1, 5), features, labels);
    }

    [Fact]
    public void Retrieval_BadInput_Throws()
    {
        var (good, labels) = (ones(6, 4), zeros(6, ScalarType.Int64));
        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => Retrieval.Within(features, labels), message);
        }

        foreach (var (features, message) in Example.BadFeatures("queries", 6))
        {
            Example.Refuses(() => Retrieval.Among(features, labels, good, labels), message);
        }

        foreach (var (features, message) in Example.BadFeatures("gallery", 6))
        {
            Example.Refuses(() => Retrieval.Among(good, labels, features, labels), message);
        }

        Example.Refuses(() => Retrieval.Among(good, labels, ones(6, 3), labels), "Expected `gallery` to have 4 columns like `queries`, but got [6, 3].*");
        Example.Refuses(() => Retrieval.Among(good, labels, good, labels.narrow(0, 0, 5)), "Expected `galleryLabels` to be Int64 of shape [6], *");
        Example.Refuses(() => Retrieval.Within(good, labels, 6), "Expected `cutoffs` to be from 1 to 5, the candidates of a query, but got 6.*");
        Example.Refuses(() => Retrieval.Within(good, labels, 0), "Expected `cutoffs` to be from 1 to 5, the candidates of a query, but got 0.*");
        Example.Refuses(
            () => Retrieval.Within(good, arange(6, ScalarType.Int64)), "Expected some query to have a candidate with its label, but none has.*");
        good.Dispose();
        FluentActions.Invoking(() => Retrieval.Within(good, labels)).Should().Throw<ObjectDisposedException>();
    }
}
