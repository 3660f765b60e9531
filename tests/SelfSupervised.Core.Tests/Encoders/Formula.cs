namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>The weights and inputs of Fixtures/encoders.py, by the same formula: no weights need to be stored.</summary>
internal static class Formula
{
    /// <summary>Values between −1 and 1 that look random.</summary>
    public static Tensor Values(string name, params long[] shape)
    {
        var phase = name.Sum(character => character) % 97;
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new double[count];
        for (var j = 0; j < count; j++)
        {
            values[j] = Math.Sin((0.7 * j * j) + (1.3 * j) + phase);
        }

        return tensor(values, shape);
    }

    /// <summary>Writes a module's parameters; its buffers stay.</summary>
    public static T Fill<T>(T module) where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            var values = Values(name, parameter.shape);
            parameter.copy_(parameter.dim() > 1
                ? values * (2 / Math.Sqrt(parameter.numel() / parameter.shape[1]))
                : (values * 0.2) + (name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0));
        }

        return module;
    }

    /// <summary>What Fixtures/encoders.py writes, in double precision: outputs and input gradient while training, and outputs after that.</summary>
    public static void AssertEquals(nn.Module<Tensor, Tensor> module, Fixture fixture, Tensor input, Func<Tensor, Tensor> part)
    {
        Fill(module.to(ScalarType.Float64)).train();
        input.requires_grad_();
        var trained = module.call(input);
        (trained * Values("weights", trained.shape)).sum().backward();
        module.eval();

        TensorAssert.Close(trained, fixture.Tensor("trained"), atol: 1e-8, rtol: 1e-8);
        TensorAssert.Close(module.call(input), fixture.Tensor("evaluated"), atol: 1e-8, rtol: 1e-8);
        TensorAssert.Close(part(input.grad!), fixture.Tensor("gradient"), atol: 1e-8, rtol: 1e-8);
        module.parameters().Sum(parameter => parameter.numel()).Should().Be((long)fixture.Number("parameters"));
    }
}
