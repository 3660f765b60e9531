using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Tests.Internal;

public sealed class HeldOutTests
{
    public static TheoryData<string> Cases => new(Fixture.Load("split.json").Select(fixture => fixture.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Split_PlainPython_Agrees(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("split.json").Single(one => one.Name == name);
        var labels = Example.Classes(fixture.Tensor("labels")).Select(label => (long)label).ToArray();
        var (fit, held) = HeldOut.Split(labels, (int)labels.Max() + 1, fixture.Number("share"), (long)fixture.Number("seed"));
        held.Should().Equal(Example.Classes(fixture.Tensor("held")).Select(i => (long)i));
        fit.Concat(held).Order().Should().Equal(Enumerable.Range(0, labels.Length).Select(i => (long)i));
        fit.Should().BeInAscendingOrder();
    }

    [Fact]
    public void Split_EachClass_KeepsItsShareAndAtLeastOneToFit()
    {
        long[] labels = [.. Enumerable.Repeat(0L, 50), .. Enumerable.Repeat(1L, 10), 2, 3, 3];
        var (fit, held) = HeldOut.Split(labels, 5, share: 0.9, seed: 1);
        Enumerable.Range(0, 4).Select(c => held.Count(i => labels[i] == c)).Should().Equal(45, 9, 0, 1);
        Enumerable.Range(0, 4).Select(c => fit.Count(i => labels[i] == c)).Should().Equal(5, 1, 1, 1);
    }

    [Fact]
    public void Split_Seed_DecidesIt()
    {
        var labels = new long[100];
        HeldOut.Split(labels, 1, 0.2, seed: 1).Held.Should().Equal(HeldOut.Split(labels, 1, 0.2, seed: 1).Held);
        HeldOut.Split(labels, 1, 0.2, seed: 1).Held.Should().NotEqual(HeldOut.Split(labels, 1, 0.2, seed: 2).Held);
    }
}
