using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class MeanTeacherTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_views = ViewPlan.TwoViews(new ViewPipeline(new RandomHorizontalFlip(), new GaussianNoise(0.1, 0.1)));
    private static readonly int[] s_labels = [2, -1, 0, -1, -1, 1];

    [Fact]
    public void Compute_Batch_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        using var method = Method(new MeanTeacherOptions { ConsistencyWeight = 7, RampUpSteps = 4 });
        Disturb(method);
        method.eval();
        method.AfterStep(); // t = 1/4
        var images = Examples.Bytes(1, 6, s_shape);
        var output = method.Compute(new(images, Examples.Indices(6), Step: 2, WithMetrics: true));

        var views = s_views.Apply(images, 3, 2, Examples.Indices(6));
        var student = TensorAssert.Values(method.StudentClassifier.call(method.StudentEncoder.call(views[0])).softmax(1)).Chunk(3).ToArray();
        var teacher = TensorAssert.Values(method.Classifier.call(method.Encoder.call(views[1])).softmax(1)).Chunk(3).ToArray();
        var classification = s_labels.Select((label, i) => label < 0 ? 0 : -Math.Log(student[i][label])).Sum() / 6;
        var consistency = student.Zip(teacher, (p, q) => p.Zip(q, (a, b) => (a - b) * (a - b)).Average()).Average();
        consistency.Should().BeGreaterThan(1e-6, "student and teacher differ");
        TensorAssert.Close(output.Metrics["classification"], classification, atol: 1e-5);
        TensorAssert.Close(output.Metrics["consistency"], consistency, atol: 1e-6);
        TensorAssert.Close(output.Loss, classification + (7 * Math.Exp(-5 * 0.75 * 0.75) * consistency), atol: 1e-5);
        output.Embeddings.Should().HaveCount(2).And.OnlyContain(one => !one.requires_grad);
    }

    [Fact]
    public void Compute_NoLabels_LearnsFromConsistencyAlone()
    {
        using var scope = NewDisposeScope();
        using var method = Method(null, [.. Enumerable.Repeat(MeanTeacher.Unlabelled, 6)]);
        Disturb(method);
        var output = method.Compute(new(Examples.Bytes(1, 6, s_shape), Examples.Indices(6), WithMetrics: true));
        TensorAssert.Close(output.Metrics["classification"], 0);
        TensorAssert.Close(output.Loss, 100 * output.Metrics["consistency"].item<float>(), atol: 1e-4);
        output.Loss.backward();
        method.StudentEncoder.parameters().Should().Contain(one => one.grad!.abs().sum().item<float>() > 0);
        method.Encoder.parameters().Concat(method.Classifier.parameters()).All(one => one.grad is null && !one.requires_grad).Should().BeTrue("the teacher receives none");
    }

    [Fact]
    public void AfterStep_ConstantStudent_ConvergesGeometrically()
    {
        using var scope = NewDisposeScope();
        using var method = Method(new MeanTeacherOptions { Momentum = MomentumSchedule.Constant(0.8) });
        var (student, teacher) = (method.StudentEncoder.parameters().First(), method.Encoder.parameters().First());
        var distance = TensorAssert.Values(student);
        using (no_grad())
        {
            student.add_(1);
        }

        for (var n = 0; n < 10; n++)
        {
            method.AfterStep();
        }

        TensorAssert.Close(teacher, [.. distance.Select(value => value + 1 - Math.Pow(0.8, 10))], teacher.shape, atol: 1e-5);
    }

    [Fact]
    public void Training_FewLabels_ReachTheOthers()
    {
        // Two kinds of images, dark and bright, one label of each: the teacher gets the rest right.
        using var scope = NewDisposeScope();
        using var weights = new Generator(1);
        int[] labels = [0, 1, .. Enumerable.Repeat(MeanTeacher.Unlabelled, 14)];
        var images = stack(Enumerable.Range(0, 16).Select(i => full([3L, 16, 16], i % 2 == 0 ? 0.2f : 0.8f))).add(RandomTensors.Normal(1, [16, 3, 16, 16], float32).mul(0.03)).clamp(0, 1);
        using var method = new MeanTeacher(
            () => new SmallConvNet(4, generator: weights), () => nn.Linear(16, 2), s_views, labels, new MeanTeacherOptions { RampUpSteps = 10 }, seed: 3);
        using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter), 1e-2);
        for (var step = 0; step < 40; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            method.Compute(new(images, Examples.Indices(16), step)).Loss.backward();
            optimizer.step();
            method.AfterStep();
        }

        var found = TensorAssert.Values(method.Classifier.call(method.Encoder.call(images)).argmax(1));
        found.Should().Equal(Enumerable.Range(0, 16).Select(i => (double)(i % 2)));
    }

    [Fact]
    public void StateDict_Method_HoldsStudentTeacherAndCount()
    {
        using var method = Method(null);
        method.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("encoder", "classifier", "teacherEncoder", "teacherClassifier");
        method.state_dict().Keys.Should().Contain("teacherEncoder.updates.value");
        method.TrainedParameters().Select(entry => entry.Name.Split('.')[0]).Distinct().Should().Equal("encoder", "classifier");
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        MeanTeacher method;
        using (var scope = NewDisposeScope())
        {
            method = Method(null);
            scope.DisposablesCount.Should().Be(0);
        }

        using var images = Examples.Bytes(1, 4, s_shape);
        LeakCheck.NothingLeft(() => method.Compute(new(images, Examples.Indices(4), WithMetrics: true)).Dispose(), images);
        LeakCheck.NothingLeft(() => method.AfterStep());
        method.Dispose();
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var method = Method(null);
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => Method(null, [0, -2])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("labels");
        FluentActions.Invoking(() => new MeanTeacher(() => new SmallConvNet(4), () => nn.Linear(16, 3), ViewPlan.Repeated(new ViewPipeline(), 1), s_labels)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new MeanTeacherOptions { ConsistencyWeight = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new MeanTeacherOptions { RampUpSteps = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        method.Invoking(one => one.Compute(new(images, new[] { 0, 1, 2, 6 }))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("indices");
        method.Invoking(one => one.Compute(new(images, Examples.Indices(4)), 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        using var few = Method(null, [0, 3, 0, 0]);
        few.Invoking(one => one.Compute(new(images, Examples.Indices(4)))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected the classifier to have an output for class 3, but it has 3.");
    }

    private static void Disturb(MeanTeacher method)
    {
        using var noGradient = no_grad();
        foreach (var parameter in method.StudentClassifier.parameters())
        {
            parameter.mul_(3);
        }
    }

    private static MeanTeacher Method(MeanTeacherOptions? options, int[]? labels = null)
    {
        using var weights = new Generator(1);
        return new MeanTeacher(() => new SmallConvNet(4, generator: weights), () => nn.Linear(16, 3), s_views, labels ?? s_labels, options, seed: 3);
    }
}
