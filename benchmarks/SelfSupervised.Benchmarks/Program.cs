using BenchmarkDotNet.Running;
using SelfSupervised.Benchmarks;
using SelfSupervised.Core.Views;

// `overhead`, `views` and `memory` are one round each of the side-by-side measurements in ../*.sh; all else is BenchmarkDotNet's.
switch (args)
{
    case ["overhead"]:
        OperatorOverhead.PrintRound();
        return;
    case ["memory"]:
        MomentumUpdates.PrintRound();
        return;
    case ["views", var executor]:
        ViewExecutors.PrintRound(Enum.Parse<ViewExecutor>(executor));
        return;
}

BenchmarkSwitcher.FromAssembly(typeof(OperatorOverhead).Assembly).Run(args);
