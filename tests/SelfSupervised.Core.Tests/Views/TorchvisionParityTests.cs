using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>Both executors against torchvision's functions, at given parameters.</summary>
public sealed class TorchvisionParityTests
{
    private const double Tolerance = 1e-5;

    private static readonly Dictionary<string, ViewOperator> s_operators = new()
    {
        ["crop bilinear 9x11 to 8x10"] = new RandomResizedCrop(8, 10),
        ["crop bilinear 9x11 to 13x9"] = new RandomResizedCrop(13, 9),
        ["crop bicubic 9x11 to 8x10"] = new RandomResizedCrop(8, 10, interpolation: Interpolation.Bicubic),
        ["crop bilinear 40x37 to 12x9"] = new RandomResizedCrop(12, 9),
        ["crop bicubic 40x37 to 12x9"] = new RandomResizedCrop(12, 9, interpolation: Interpolation.Bicubic),
        ["horizontal flip"] = new RandomHorizontalFlip(1),
        ["vertical flip"] = new RandomVerticalFlip(1),
        ["rotation"] = new RandomRotation(-180, 180),
        ["jitter"] = new ColorJitter(0.4, 0.4, 0.4, 0.5),
        ["grayscale"] = new RandomGrayscale(1),
        ["solarize"] = new RandomSolarize(0.45, 1),
        ["blur radius 1"] = new RandomGaussianBlur(radius: 1, probability: 1),
        ["blur radius 4"] = new RandomGaussianBlur(radius: 4, probability: 1),
        ["crop padded with zeros"] = new RandomCrop(9, 11, padding: 2),
        ["crop padded by reflection"] = new RandomCrop(9, 11, padding: 2, BorderMode.Reflect),
        ["center crop"] = new CenterCrop(6, 4),
        ["normalize"] = Normalize.ImageNet,
        ["sobel"] = new Sobel(),
    };

    public static TheoryData<string> Cases => [.. Fixture.Load("views.json").Select(one => one.Name)];

    [Fact]
    public void Cases_Fixture_AreAllMapped() =>
        Fixture.Load("views.json").Select(one => one.Name).Should().BeEquivalentTo(s_operators.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_GivenParameters_IsTorchvisions(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("views.json").Single(one => one.Name == name);
        var (images, parameters) = (fixture.Tensor("images"), fixture.Tensor("parameters"));
        var pipeline = new ViewPipeline(s_operators[name]);
        var shape = new ImageShape(3, (int)images.shape[2], (int)images.shape[3]);
        var values = cat([ones(parameters.shape[0], 1), parameters], 1).data<float>().ToArray();
        var draw = pipeline.Given(shape, values);

        TensorAssert.Close(pipeline.Apply(images, draw, ViewExecutor.Torch), fixture.Tensor("result"), Tolerance, Tolerance);
        if (pipeline.CanFuse)
        {
            TensorAssert.Close(pipeline.Apply(images, draw, ViewExecutor.Fused), fixture.Tensor("result"), Tolerance, Tolerance);
        }
    }
}
