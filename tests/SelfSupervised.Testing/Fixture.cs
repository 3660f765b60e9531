using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Testing;

/// <summary>One case of a committed JSON file with numbers from an independent implementation.</summary>
/// <remarks>
/// A file is a list of cases: { "name", "numbers": { name: number }, "tensors": { name: { "dtype", "shape", "data" } } }.
/// </remarks>
public sealed class Fixture
{
    private readonly JsonElement _case;

    private Fixture(JsonElement @case) => _case = @case;

    /// <summary>The case's name.</summary>
    public string Name => _case.GetProperty("name").GetString()!;

    /// <summary>Reads Fixtures/{file} beside the running tests.</summary>
    public static IReadOnlyList<Fixture> Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", file)));
        return document.RootElement.EnumerateArray().Select(element => new Fixture(element.Clone())).ToArray();
    }

    /// <summary>A number by name.</summary>
    public double Number(string name) => _case.GetProperty("numbers").GetProperty(name).GetDouble();

    /// <summary>Whether the case has a tensor of that name.</summary>
    public bool Has(string name) => _case.GetProperty("tensors").TryGetProperty(name, out _);

    /// <summary>A new tensor by name; the caller owns it.</summary>
    public Tensor Tensor(string name, bool requiresGrad = false)
    {
        var stored = _case.GetProperty("tensors").GetProperty(name);
        var shape = stored.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var data = stored.GetProperty("data").EnumerateArray();
        return stored.GetProperty("dtype").GetString() switch
        {
            "float64" => tensor(data.Select(value => value.GetDouble()).ToArray(), shape, requires_grad: requiresGrad),
            "float32" => tensor(data.Select(value => value.GetSingle()).ToArray(), shape, requires_grad: requiresGrad),
            "int64" => tensor(data.Select(value => value.GetInt64()).ToArray(), shape),
            "bool" => tensor(data.Select(value => value.GetBoolean()).ToArray(), shape),
            var other => throw new InvalidDataException($"Fixture {Name}: tensor {name} has unknown dtype {other}."),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
