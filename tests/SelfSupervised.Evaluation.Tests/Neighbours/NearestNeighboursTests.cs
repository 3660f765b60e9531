namespace SelfSupervised.Evaluation.Tests.Neighbours;

public sealed class NearestNeighboursTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Find_SlowReference_Agrees()
    {
        var (queries, gallery) = (RandomTensors.Normal(1, [6, 4]), RandomTensors.Normal(2, [15, 4]));
        var (similarities, indices) = NearestNeighbours.Find(queries, gallery, 3);
        var expected = Example.Rows(queries).SelectMany(query => Example.Rows(gallery)
            .Select((row, i) => (Similarity: Example.Dot(Example.Unit(query), Example.Unit(row)), Index: i))
            .OrderByDescending(one => one.Similarity).Take(3)).ToArray();
        TensorAssert.Close(similarities, expected.Select(one => one.Similarity).ToArray(), [6, 3]);
        TensorAssert.Close(indices, expected.Select(one => (double)one.Index).ToArray(), [6, 3]);
    }

    [Fact]
    public void Within_Rows_LeaveThemselvesOutButNotTheirDuplicates()
    {
        var features = tensor(new[] { 1.0, 0, 2, 0, 0, 1, 1, 1 }, [4, 2]);
        var (similarities, indices) = NearestNeighbours.Within(features, 2);
        TensorAssert.Close(indices, [1, 3, 0, 3, 3, 0, 0, 1], [4, 2]);
        var half = Math.Sqrt(0.5);
        TensorAssert.Close(similarities, [1, half, 1, half, half, 0, half, half], [4, 2]);
    }

    [Fact]
    public void Find_EquallySimilarRows_GivesTheFirstFirst()
    {
        var (_, indices) = NearestNeighbours.Find(ones(2, 3), ones(500, 3), 4);
        TensorAssert.Close(indices, [0, 1, 2, 3, 0, 1, 2, 3], [2, 4]);
        var (_, others) = NearestNeighbours.Within(ones(100, 3), 99);
        Example.Classes(others[5]).Should().Equal(Enumerable.Range(0, 100).Where(i => i != 5));
    }

    [Fact]
    public void Find_Precision_FollowsTheInputs()
    {
        NearestNeighbours.Find(ones(2, 3), ones(2, 3), 1).Similarities.dtype.Should().Be(ScalarType.Float32);
        NearestNeighbours.Find(ones(2, 3), ones(2, 3, dtype: ScalarType.Float64), 1).Similarities.dtype.Should().Be(ScalarType.Float64);
        NearestNeighbours.Find(ones(2, 3, dtype: ScalarType.Float16), ones(2, 3), 1).Similarities.dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Find_Tensors_LeavesItsResultsOnly()
    {
        var features = RandomTensors.Normal(1, [6, 4]);
        LeakCheck.OnlyResult(
            () =>
            {
                var (similarities, indices) = NearestNeighbours.Find(features, features, 3);
                similarities.Dispose();
                return indices;
            },
            features);
        LeakCheck.OnlyResult(
            () =>
            {
                var (similarities, indices) = NearestNeighbours.Within(features, 3);
                indices.Dispose();
                return similarities;
            },
            features);
    }

    [Fact]
    public void Find_BadInput_Throws()
    {
        var good = ones(6, 4);
        foreach (var (features, message) in Example.BadFeatures("queries", 6))
        {
            Example.Refuses(() => NearestNeighbours.Find(features, good, 1), message);
        }

        foreach (var (features, message) in Example.BadFeatures("gallery", 6))
        {
            Example.Refuses(() => NearestNeighbours.Find(good, features, 1), message);
        }

        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => NearestNeighbours.Within(features, 1), message);
        }

        Example.Refuses(() => NearestNeighbours.Find(good, ones(6, 3), 1), "Expected `gallery` to have 4 columns like `queries`, but got [6, 3].*");
        Example.Refuses(() => NearestNeighbours.Find(good, good, 7), "Expected `count` to be from 1 to 6, the rows of `gallery`, but got 7.*");
        Example.Refuses(() => NearestNeighbours.Within(good, 6), "Expected `count` to be from 1 to 5, the other rows of `features`, but got 6.*");
        good.Dispose();
        FluentActions.Invoking(() => NearestNeighbours.Within(good, 1)).Should().Throw<ObjectDisposedException>();
    }
}
