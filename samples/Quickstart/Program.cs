// Trains a small encoder to tell its images apart: two random views of an image attract each other, all else repels.
using System.Diagnostics;
using Quickstart;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(Options.Usage);
    return 0;
}

Options options;
try
{
    options = Options.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine($"error: {error.Message}\n{Options.Usage}");
    return 2;
}

var (steps, batch, seed, device) = options;
Console.WriteLine($"{steps} steps of {batch} images on {device}, seed {seed}");
Console.WriteLine($"guessing gives a loss of ln(2N-1) = {Math.Log(2 * batch - 1):F3} and an accuracy of 1/(2N-1) = {1.0 / (2 * batch - 1):P1}");

manual_seed(seed);
using var generator = new Generator((ulong)seed, device);
using var encoder = new Encoder();
encoder.to(device);
using var loss = new NTXentLoss(temperature: 0.2);
using var optimizer = optim.Adam(encoder.parameters(), lr: 2e-3, weight_decay: 1e-6);

encoder.train();
var watch = Stopwatch.StartNew();
var lastPrint = 0;
for (var step = 1; step <= steps; step++)
{
    // Everything that a step makes is freed at its end; parameters and the optimizer's state live outside.
    using var scope = NewDisposeScope();
    var images = Shapes.Draw(batch, generator);
    var viewA = encoder.call(Views.Draw(images, generator));
    var viewB = encoder.call(Views.Draw(images, generator));
    var value = loss.call(viewA, viewB);

    optimizer.zero_grad();
    value.backward();
    optimizer.step();

    // Reading a number waits for the device: not at each step.
    if (step == 1 || step % Math.Max(1, steps / 10) == 0)
    {
        var accuracy = NTXent.Accuracy([viewA, viewB]);
        var milliseconds = watch.Elapsed.TotalMilliseconds / (step - lastPrint);
        Console.WriteLine($"step {step,5}  loss {value.item<float>(),6:F3}  accuracy {accuracy.item<float>(),6:P1}  {milliseconds,7:F1} ms/step");
        (watch, lastPrint) = (Stopwatch.StartNew(), step);
    }
}

return 0;
