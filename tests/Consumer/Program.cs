// A toy training loop on the installed package: fails when the loss doesn't fall.
using SelfSupervised.Core.Losses;
using static TorchSharp.torch;

manual_seed(1);
using var encoder = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 8));
using var ntXent = new NTXentLoss(temperature: 0.5);
using var optimizer = optim.Adam(encoder.parameters(), lr: 0.01);
using var points = randn(64, 16);

float first = 0, last = 0;
for (var step = 0; step < 30; step++)
{
    using var scope = NewDisposeScope();
    var viewA = encoder.call(points + 0.1 * randn(64, 16));
    var viewB = encoder.call(points + 0.1 * randn(64, 16));
    var loss = ntXent.call(viewA, viewB);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.item<float>();
    first = step == 0 ? last : first;
}

Console.WriteLine($"{typeof(NTXentLoss).Assembly.GetName().Name}: loss {first:F3} at first, {last:F3} after 30 steps");
return last < first - 0.2f ? 0 : 1;
