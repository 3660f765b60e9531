namespace SelfSupervised.Evaluation.Tests.Geometry;

public sealed class PrincipalComponentsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("geometry.json").Select(fixture => fixture.Name));

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_ScikitLearn_Agrees(string name)
    {
        var fixture = Fixture.Load("geometry.json").Single(one => one.Name == name);
        var features = fixture.Tensor("features");
        var components = PrincipalComponents.Of(features, 3);
        TensorAssert.Close(components.Vectors(), fixture.Tensor("vectors"), atol: 1e-10);
        TensorAssert.Close(tensor(components.Variances.ToArray()), fixture.Tensor("variances"), atol: 1e-12);
        TensorAssert.Close(tensor(components.VarianceShares.ToArray()), fixture.Tensor("shares"), atol: 1e-12);
        TensorAssert.Close(components.Project(features), fixture.Tensor("projected"), atol: 1e-10);
    }

    [Fact]
    public void Of_PointsOnALine_FindsTheLine()
    {
        // x̄ = (2, 3, 1), direction (−1, −2, 2)/3: the largest loading by size is the second, of equals the first, and positive.
        var line = tensor(new double[] { -2, -1, 0, 1, 2 }, [5, 1]).mul(tensor(new double[] { -1, -2, 2 })).add(tensor(new double[] { 2, 3, 1 }));
        var components = PrincipalComponents.Of(line, 1);
        TensorAssert.Close(components.Vectors(), [1 / 3.0, 2 / 3.0, -2 / 3.0], [1, 3], atol: 1e-12);
        TensorAssert.Close(components.Project(line), [6, 3, 0, -3, -6], [5, 1], atol: 1e-12);
        components.Variances.Should().ContainSingle().Which.Should().BeApproximately(22.5, 1e-12);
        components.VarianceShares.Should().ContainSingle().Which.Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void Project_Coordinates_AreUncorrelatedWithTheVariances()
    {
        var features = RandomTensors.Normal(1, [60, 8]).mm(RandomTensors.Normal(2, [8, 8]));
        var components = PrincipalComponents.Of(features, 8);
        var projected = components.Project(features);
        TensorAssert.Close(projected.mean([0]), new double[8], [8], atol: 1e-10);
        TensorAssert.Close(projected.t().mm(projected).div(59), diag(tensor(components.Variances.ToArray())), atol: 1e-10);
        TensorAssert.Close(components.Vectors().mm(components.Vectors().t()), eye(8, dtype: ScalarType.Float64), atol: 1e-12);
        components.Variances.Should().BeInDescendingOrder();
        components.VarianceShares.Sum().Should().BeApproximately(1, 1e-12);
        (components.Count, components.Dimension).Should().Be((8, 8));
    }

    [Fact]
    public void Project_OtherFeatures_UsesTheMeanItWasFoundWith()
    {
        var components = PrincipalComponents.Of(tensor(new double[] { 0, 0, 2, 0 }, [2, 2]), 1);
        TensorAssert.Close(components.Project(tensor(new double[] { 11, 5 }, [1, 2])), [10], [1, 1]);
        components.Project(ones(3, 2)).dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Of_OnePoint_HasNoVariance()
    {
        var components = PrincipalComponents.Of(full([5, 3], 0.1), 2);
        components.Variances.Should().Equal(0, 0);
        components.VarianceShares.Should().Equal(0, 0);
    }

    [Fact]
    public void Of_Tensors_LeavesNoneBehind()
    {
        var features = RandomTensors.Normal(1, [20, 4]);
        LeakCheck.NothingLeft(() => PrincipalComponents.Of(features), features);
        var components = PrincipalComponents.Of(features);
        LeakCheck.OnlyResult(() => components.Project(features), features);
        LeakCheck.OnlyResult(components.Vectors);
    }

    [Fact]
    public void Of_BadInput_Throws()
    {
        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => PrincipalComponents.Of(features), message);
        }

        const string Bound = "the smaller of columns and rows − 1 of `features`";
        Example.Refuses(() => PrincipalComponents.Of(ones(6, 4), 5), $"Expected `count` to be from 1 to 4, {Bound}, but got 5.*");
        Example.Refuses(() => PrincipalComponents.Of(ones(3, 4), 3), $"Expected `count` to be from 1 to 2, {Bound}, but got 3.*");
        Example.Refuses(() => PrincipalComponents.Of(ones(3, 4), 0), $"Expected `count` to be from 1 to 2, {Bound}, but got 0.*");
        Example.Refuses(
            () => PrincipalComponents.Of(ones(3, 4)).Project(ones(3, 5)), "Expected `features` to have shape [N, 4], but got [3, 5].*");
        var gone = ones(3, 3);
        gone.Dispose();
        FluentActions.Invoking(() => PrincipalComponents.Of(gone)).Should().Throw<ObjectDisposedException>();
    }
}
