using BenchmarkDotNet.Running;
using SelfSupervised.Benchmarks;

// `overhead` is one round of the side-by-side measurement in ../operator-overhead.sh; all else is BenchmarkDotNet's.
if (args is ["overhead"])
{
    OperatorOverhead.PrintRound();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(OperatorOverhead).Assembly).Run(args);
