using System.Globalization;
using BenchmarkDotNet.Running;
using SelfSupervised.Benchmarks;
using SelfSupervised.Core.Views;

// `machine`, `overhead`, `views`, `memory`, `viewmaker`, `losses`, `step` and `cache` are each one side of the measurements in ../*.sh;
// all else is BenchmarkDotNet's.
switch (args)
{
    case ["machine"]:
        Round.PrintVersions();
        return;
    case ["overhead"]:
        OperatorOverhead.PrintRound();
        return;
    case ["memory", var what]:
        MomentumUpdates.PrintRound(what);
        return;
    case ["views", var executor, var pipeline, var size]:
        ViewExecutors.PrintRound(Enum.Parse<ViewExecutor>(executor), pipeline, int.Parse(size, CultureInfo.InvariantCulture));
        return;
    case ["views", var executor, var pipeline, var size, var operators]:
        ViewExecutors.PrintRound(
            Enum.Parse<ViewExecutor>(executor), pipeline, int.Parse(size, CultureInfo.InvariantCulture), int.Parse(operators, CultureInfo.InvariantCulture));
        return;
    case ["viewmaker", "kernel", var kernel, var side]:
        Perturbations.PrintRound(kernel, int.Parse(side, CultureInfo.InvariantCulture));
        return;
    case ["viewmaker", "network", var how, var images]:
        Viewmakers.PrintRound(how, int.Parse(images, CultureInfo.InvariantCulture));
        return;
    case ["losses", var loss, var images]:
        ContrastiveLosses.PrintRound(loss, int.Parse(images, CultureInfo.InvariantCulture));
        return;
    case ["losses", var loss, var images, var keys]:
        ContrastiveLosses.PrintRound(loss, int.Parse(images, CultureInfo.InvariantCulture), int.Parse(keys, CultureInfo.InvariantCulture));
        return;
    case ["step", var method, var encoder, var images, var views, var heap]:
        TrainingSteps.PrintRound(method, encoder, int.Parse(images, CultureInfo.InvariantCulture), views, heap);
        return;
    case ["cache", var how, var images, var part]:
        GradientCaching.PrintRound(how, int.Parse(images, CultureInfo.InvariantCulture), int.Parse(part, CultureInfo.InvariantCulture));
        return;
}

BenchmarkSwitcher.FromAssembly(typeof(OperatorOverhead).Assembly).Run(args);
