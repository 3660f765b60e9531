using System.Globalization;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using Xunit.Abstractions;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>The process stays as large as it is over ten thousand times what a step does.</summary>
[Trait("Category", "Study")]
public sealed class NativeMemoryStudy(ITestOutputHelper output) : IDisposable
{
    private const int Times = 10_000;
    private const int WarmUp = 2_000;

    // A KiB each time would be as much.
    private const double MostMebibytes = 8;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [LinuxFact]
    public void NTXent_TenThousandTimes_StaysFlat()
    {
        Tensor[] views = [randn(64, 32, requires_grad: true), randn(64, 32, requires_grad: true)];
        StaysFlat(() => Backward(NTXent.Loss(views, 0.2), views));
    }

    [LinuxFact]
    public void NTXent_InTiles_TenThousandTimes_StaysFlat()
    {
        Tensor[] views = [randn(300, 16, requires_grad: true), randn(300, 16, requires_grad: true)];
        StaysFlat(() => Backward(NTXent.Loss(views, 0.2), views));
    }

    [LinuxFact]
    public void InfoNCE_AgainstAQueue_TenThousandTimes_StaysFlat()
    {
        var (query, key, queue) = (randn(32, 16, requires_grad: true), randn(32, 16), nn.functional.normalize(randn(2048, 16)));
        StaysFlat(() => Backward(InfoNCE.LossAgainst(query, key, queue, unitNegatives: true), query));
    }

    [LinuxFact]
    public void QueueBankAndAverage_TenThousandTimes_StayFlat()
    {
        using var queue = new KeyQueue(capacity: 1000, dimension: 32);
        using var bank = new MemoryBank(500, 32);
        using var online = new SmallConvNet(baseWidth: 8);
        using var average = new SmallConvNet(baseWidth: 8);
        var (keys, images) = (randn(64, 32), Enumerable.Range(0, 64).ToArray());
        var step = 0;
        StaysFlat(() =>
        {
            queue.Enqueue(keys, images, step++);
            bank.Update(keys, images);
            ExponentialMovingAverage.Update(average, online, 0.99);
        });
    }

    [LinuxFact]
    public void FusedViews_TenThousandTimes_StayFlat() => ViewsStayFlat(ViewExecutor.Fused);

    [LinuxFact]
    public void TorchViews_TenThousandTimes_StayFlat() => ViewsStayFlat(ViewExecutor.Torch);

    [LinuxFact]
    public void SimClrStep_TenThousandTimes_StaysFlat() => StepStaysFlat(nameof(SimClr));

    [LinuxFact]
    public void MoCoStep_TenThousandTimes_StaysFlat() => StepStaysFlat(nameof(MoCo));

    private void ViewsStayFlat(ViewExecutor executor)
    {
        var (plan, images, indices) = (ViewPlan.TwoViews(ViewPresets.SimClrCifar(16)), rand(8, 3, 16, 16), Enumerable.Range(0, 8).ToArray());
        var step = 0;
        StaysFlat(() => plan.Apply(images, seed: 1, step++, indices, executor));
    }

    private void StepStaysFlat(string name)
    {
        using var method = Tiny.Method(name);
        using var source = new Tiny.Source();
        using var optimizer = optim.SGD(method.TrainedParameters().Select(entry => entry.Parameter), 0.01, momentum: 0.9);
        var (batch, step) = (source.Epoch(0).First(), 0);
        StaysFlat(() =>
        {
            var result = method.Compute(batch with { Step = step++ });
            optimizer.zero_grad();
            result.Loss.backward();
            optimizer.step();
            method.AfterStep();
        });
    }

    private static void Backward(Tensor loss, params Tensor[] inputs)
    {
        loss.backward();
        foreach (var input in inputs)
        {
            input.grad = null;
        }
    }

    private void StaysFlat(Action action)
    {
        List<double> resident = [];
        for (var time = 1; time <= Times; time++)
        {
            using (NewDisposeScope())
            {
                action();
            }

            if (time >= WarmUp && time % 500 == 0)
            {
                resident.Add(Resident());
            }
        }

        output.WriteLine(string.Join(" ", resident.Select(one => one.ToString("F1", CultureInfo.InvariantCulture))));
        (resident[^1] - resident[0]).Should().BeLessThan(MostMebibytes);
    }

    private static double Resident()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
