using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace SelfSupervised.Testing;

/// <summary>Asserts that code leaves no tensor behind, by TorchSharp's count of this thread's live tensors.</summary>
/// <remarks>That count ignores the finaliser: a tensor that is forgotten stays counted, also after garbage collection.</remarks>
public static class LeakCheck
{
    /// <summary>Runs the action twice: once so that caches and static constants are made, once counted.</summary>
    /// <param name="action">Must dispose what it receives.</param>
    /// <param name="inputs">Tensors that must survive.</param>
    public static void NothingLeft(Action action, params Tensor[] inputs)
    {
        action();
        var before = LiveTensors;
        action();
        var left = LiveTensors - before;
        if (left != 0)
        {
            throw new XunitException($"Expected no tensor to be left behind, but {left} more are alive than before.");
        }

        AssertAlive(inputs);
    }

    /// <summary>
    /// Asserts that an operation makes exactly one tensor, its result, which is no input; that it is handed to the
    /// caller's dispose scope; and that the inputs survive.
    /// </summary>
    /// <param name="operation">The operation, returning its result.</param>
    /// <param name="inputs">Tensors that must survive.</param>
    public static void OnlyResult(Func<Tensor> operation, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var warmUp = operation();
        if (inputs.Any(input => ReferenceEquals(input, warmUp)))
        {
            throw new XunitException("Expected a fresh result, but got one of the inputs.");
        }

        warmUp.Dispose();
        var before = LiveTensors;
        var result = operation();
        if (LiveTensors - before != 1 || scope.DisposablesCount != 1 || !scope.Contains(result))
        {
            throw new XunitException(
                $"Expected the caller's scope to receive the result alone, but {LiveTensors - before} tensors are new and the scope holds {scope.DisposablesCount}.");
        }

        AssertAlive(inputs);
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private static void AssertAlive(Tensor[] inputs)
    {
        var dead = Array.FindIndex(inputs, input => input.IsInvalid);
        if (dead >= 0)
        {
            throw new XunitException($"Expected the inputs to survive, but input {dead} has been disposed.");
        }
    }
}
