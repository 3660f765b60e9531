using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>The command line of the samples that pretrain and then prove what was learned.</summary>
public sealed record SampleOptions
{
    /// <summary>The sample's name, which begins the output folder's.</summary>
    public required string Sample { get; init; }

    /// <summary>The steps on sprites if none are asked for.</summary>
    public required int SpriteSteps { get; init; }

    public bool OnCifar10 { get; init; }

    public string? Root { get; init; }

    public int Images { get; init; } = 10_000;

    public int TestImages { get; init; } = 5_000;

    /// <summary>The steps that were asked for, or null for the default.</summary>
    public int? Steps { get; init; }

    /// <summary>The batch that was asked for, or null for the default.</summary>
    public int? Batch { get; init; }

    public int Seed { get; init; } = 1;

    public Device Device { get; init; } = CPU;

    public bool Plain { get; init; }

    /// <summary>By default a folder for the settings, so that a run never goes on from another's checkpoint.</summary>
    public string Output
    {
        get => field ?? Path.Combine(
            $"{Sample.ToLowerInvariant()}-run", $"{DataName.ToLowerInvariant()}-{Images}-images-{TrainingSteps}-steps-of-{BatchSize}-seed-{Seed}");
        init;
    }

    public int BatchSize => Batch ?? (OnCifar10 ? 256 : 128);

    public int TrainingSteps => Steps ?? (OnCifar10 ? 2000 : SpriteSteps);

    public string DataName => OnCifar10 ? "CIFAR10" : "sprites";

    private static string Usage(string sample, int spriteSteps) => $"""
        usage: {sample} [--data sprites|cifar10] [--root DIR] [--images N] [--steps N] [--batch N] [--seed N]
                      [--device cpu|cuda] [--output DIR] [--plain] [--smoke]
          --data    what to learn from (default sprites, which are made; cifar10 needs --root)
          --root    the folder that holds cifar-10-batches-bin
          --images  the images to learn from (default 10000)
          --steps   training steps (default: {spriteSteps} on sprites, 2000 on cifar10)
          --batch   images in a step (default 128; cifar10 256)
          --seed    seed of weights, images and views, from 0 (default 1)
          --device  where to compute (default cpu)
          --output  the folder of report, history and checkpoints; a run that was stopped goes on from there
                    (default: a folder for these settings in {sample.ToLowerInvariant()}-run, in the current folder)
          --plain   lines instead of a live bar, as where there is no terminal
          --smoke   a few steps on few images, to see that it runs
        """;

    /// <summary>Reads the command line and the data that it names; says what is wrong, or how it is used.</summary>
    /// <param name="sample">The sample's name.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="spriteSteps">The steps on sprites if none are asked for.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="data">What is learned from.</param>
    /// <param name="exitCode">What to end with if there is nothing to run.</param>
    /// <returns>Whether there is something to run.</returns>
    public static bool TryRead(
        string sample,
        IReadOnlyList<string> arguments,
        int spriteSteps,
        [NotNullWhen(true)] out SampleOptions? options,
        [NotNullWhen(true)] out SampleData? data,
        out int exitCode)
    {
        (options, data, exitCode) = (null, null, 0);
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(Usage(sample, spriteSteps));
            return false;
        }

        try
        {
            options = Parse(new SampleOptions { Sample = sample, SpriteSteps = spriteSteps }, arguments);
            data = SampleData.Of(options);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or IOException)
        {
            Console.Error.WriteLine($"error: {error.Message}\n{Usage(sample, spriteSteps)}");
            exitCode = 2;
            return false;
        }
    }

    private static SampleOptions Parse(SampleOptions options, IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--data" => options with { OnCifar10 = OneOf("sprites", "cifar10") == "cifar10" },
                "--root" => options with { Root = Value() },
                "--images" => options with { Images = Number(atLeast: 100) },
                "--steps" => options with { Steps = Number(atLeast: 1) },
                "--batch" => options with { Batch = Number(atLeast: 2) },
                "--seed" => options with { Seed = Number(atLeast: 0) },
                "--device" => options with { Device = ParseDevice(OneOf("cpu", "cuda")) },
                "--output" => options with { Output = Value() },
                "--plain" => options with { Plain = true },
                "--smoke" => options with { Images = 400, TestImages = 200, Steps = 6, Batch = 32 },
                _ => throw new ArgumentException($"There is no argument {name}."),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value.");

            string OneOf(params string[] values)
            {
                var value = Value();
                return values.Contains(value) ? value : throw new ArgumentException($"{name} must be {string.Join(" or ", values)}, but is '{value}'.");
            }

            int Number(int atLeast)
            {
                var text = Value();
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= atLeast
                    ? number
                    : throw new ArgumentException($"{name} must be a whole number from {atLeast} up, but is '{text}'.");
            }
        }

        if (options.OnCifar10 && options.Root is null)
        {
            throw new ArgumentException("--data cifar10 needs --root, the folder that holds cifar-10-batches-bin.");
        }

        if (options.BatchSize > options.Images)
        {
            throw new ArgumentException($"--batch must be at most the {options.Images} images, but is {options.BatchSize}.");
        }

        return options;
    }

    private static Device ParseDevice(string name) => name switch
    {
        "cpu" => CPU,
        _ when cuda.is_available() => CUDA,
        _ => throw new ArgumentException("--device cuda: this libtorch sees no CUDA device; docs/building.md says how to get one that does."),
    };
}
