using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>The command line of the samples that pretrain and then prove what was learned.</summary>
public sealed record SampleOptions
{
    /// <summary>What the sample does if nothing is asked for.</summary>
    public required SampleDefaults Defaults { get; init; }

    /// <summary>The name of what is learned from.</summary>
    public string Data { get; init; } = "sprites";

    public bool OnCifar10 => Data == "cifar10";

    public string? Root { get; init; }

    /// <summary>The images that were asked for, or null for the default.</summary>
    public int? Images { get; init; }

    public bool Smoke { get; init; }

    /// <summary>The steps that were asked for, or null for the default.</summary>
    public int? Steps { get; init; }

    /// <summary>The batch that was asked for, or null for the default.</summary>
    public int? Batch { get; init; }

    /// <summary>The images of a step that are embedded at a time, or null for all.</summary>
    public int? MicroBatch { get; init; }

    public int Seed { get; init; } = 1;

    public Device Device { get; init; } = CPU;

    /// <summary>What encoder and head compute in while training.</summary>
    public ScalarType Precision { get; init; } = ScalarType.Float32;

    public bool Plain { get; init; }

    /// <summary>By default a folder for the settings, so that a run never goes on from another's checkpoint.</summary>
    public string Output
    {
        get => field ?? Path.Combine(
            $"{Defaults.Sample.ToLowerInvariant()}-run",
            $"{Data}-{TrainImages}-images-{TrainingSteps}-steps-of-{BatchSize}{By}-seed-{Seed}{(Precision == ScalarType.BFloat16 ? "-bfloat16" : "")}");
        init;
    }

    private string By => MicroBatch is { } images ? $"-by-{images}" : string.Empty;

    public int TrainImages => Images ?? Defaults.Images;

    public int TestImages => Smoke ? 200 : Defaults.TestImages;

    public int BatchSize => Batch ?? (OnCifar10 ? 2 * Defaults.Batch : Defaults.Batch);

    public int TrainingSteps => Steps ?? (OnCifar10 ? Defaults.CifarSteps : Defaults.Steps);

    public string DataName => OnCifar10 ? "CIFAR-10" : Data;

    private static string Usage(SampleDefaults defaults) => $"""
        usage: {defaults.Sample} [--data {string.Join('|', defaults.Data)}] [--root DIR] [--images N] [--steps N] [--batch N]
                      [--micro-batch N] [--seed N] [--device cpu|cuda] [--precision float32|bfloat16] [--output DIR] [--plain] [--smoke]
          --data         what to learn from (default sprites; cifar10 needs --root, all else is made)
          --root         the folder that holds cifar-10-batches-bin
          --images       the images to learn from (default {defaults.Images})
          --steps        training steps (default {defaults.Steps}; cifar10 {defaults.CifarSteps})
          --batch        images in a step (default {defaults.Batch}; cifar10 {2 * defaults.Batch})
          --micro-batch  the images of a step that are embedded at a time, for less memory; batch norm then works on as many (default all)
          --seed         seed of weights, images and views, from 0 (default 1)
          --device       where to compute (default cpu)
          --precision    what encoder and head compute in while training (default float32; bfloat16 is for GPUs)
          --output       the folder of report, history and checkpoints; a run that was stopped goes on from there
                         (default: a folder for these settings in {defaults.Sample.ToLowerInvariant()}-run, in the current folder)
          --plain        lines instead of a live bar, as where there is no terminal
          --smoke        or --quick: a few steps on few images, to see that it runs
        """;

    /// <summary>Reads the command line and the data that it names; says what is wrong, or how it is used.</summary>
    /// <param name="defaults">What the sample does if nothing is asked for.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="data">What is learned from.</param>
    /// <param name="exitCode">What to end with if there is nothing to run.</param>
    /// <returns>Whether there is something to run.</returns>
    public static bool TryRead(
        SampleDefaults defaults,
        IReadOnlyList<string> arguments,
        [NotNullWhen(true)] out SampleOptions? options,
        [NotNullWhen(true)] out SampleData? data,
        out int exitCode)
    {
        (options, data, exitCode) = (null, null, 0);
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(Usage(defaults));
            return false;
        }

        try
        {
            options = Parse(new SampleOptions { Defaults = defaults }, arguments);
            data = SampleData.Of(options);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or IOException)
        {
            Console.Error.WriteLine($"error: {error.Message}\n{Usage(defaults)}");
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
                "--data" => options with { Data = OneOf([.. options.Defaults.Data]) },
                "--root" => options with { Root = Value() },
                "--images" => options with { Images = Number(atLeast: 100) },
                "--steps" => options with { Steps = Number(atLeast: 1) },
                "--batch" => options with { Batch = Number(atLeast: 2) },
                "--micro-batch" => options with { MicroBatch = Number(atLeast: 2) },
                "--seed" => options with { Seed = Number(atLeast: 0) },
                "--device" => options with { Device = ParseDevice(OneOf("cpu", "cuda")) },
                "--precision" => options with { Precision = OneOf("float32", "bfloat16") == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32 },
                "--output" => options with { Output = Value() },
                "--plain" => options with { Plain = true },
                "--smoke" or "--quick" => options with { Smoke = true, Images = 400, Steps = 6, Batch = 32 },
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

        if (options.BatchSize > options.TrainImages)
        {
            throw new ArgumentException($"--batch must be at most the {options.TrainImages} images, but is {options.BatchSize}.");
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
