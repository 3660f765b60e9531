using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>The command line.</summary>
internal sealed record Options(int Steps, int Batch, int Seed, Device Device)
{
    /// <summary>The number of images to learn from.</summary>
    public const int Images = 20_000;

    public const string Usage = """
        usage: Quickstart [--steps N] [--batch N] [--seed N] [--device cpu|cuda] [--smoke]
          --steps   training steps, from 1 (default 300)
          --batch   images in a step, from 2 to 20000 (default 128); each is seen in two views
          --seed    seed of weights, images and views, from 0 (default 1)
          --device  where to compute (default cpu)
          --smoke   a few steps with small batches, to see that it runs
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">The arguments make no sense; the message says which.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options(Steps: 300, Batch: 128, Seed: 1, CPU);
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--steps" => options with { Steps = Number(atLeast: 1) },
                "--batch" => options with { Batch = Number(atLeast: 2, atMost: Images) },
                "--seed" => options with { Seed = Number(atLeast: 0) },
                "--device" => options with { Device = ParseDevice(Value()) },
                "--smoke" => options with { Steps = 6, Batch = 16 },
                _ => throw new ArgumentException($"There is no argument {name}."),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value.");

            int Number(int atLeast, int atMost = int.MaxValue)
            {
                var text = Value();
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= atLeast && number <= atMost
                    ? number
                    : throw new ArgumentException($"{name} must be a whole number from {atLeast} to {atMost}, but is '{text}'.");
            }
        }

        return options;
    }

    private static Device ParseDevice(string name) => name switch
    {
        "cpu" => CPU,
        "cuda" when cuda.is_available() => CUDA,
        "cuda" => throw new ArgumentException("--device cuda: this libtorch sees no CUDA device; docs/building.md says how to get one that does."),
        _ => throw new ArgumentException($"--device must be cpu or cuda, but is '{name}'."),
    };
}
