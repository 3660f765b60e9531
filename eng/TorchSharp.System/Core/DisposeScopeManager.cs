namespace TorchSharp;

/// <summary>The dispose scopes of one thread.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? s_ofThisThread;

    internal static DisposeScopeManager OfThisThread => s_ofThisThread ??= new DisposeScopeManager();

    public static ThreadDisposeScopeStatistics Statistics => OfThisThread.Counts;

    internal ThreadDisposeScopeStatistics Counts { get; } = new();

    internal DisposeScope? Current { get; set; }

    // One emptied set goes from scope to scope, since the cost of a set is a good part of a small scope's.
    private HashSet<IDisposable>? _spare;

    internal HashSet<IDisposable> TakeSet() => Interlocked.Exchange(ref _spare, null) ?? new(ReferenceEqualityComparer.Instance);

    internal void GiveSet(HashSet<IDisposable> empty)
    {
        // A large one would make every later Clear slow.
        if (empty.Capacity <= 1024) _spare = empty;
    }

    internal DisposeScope Open() => Current = new DisposeScope(this, Current);

    /// <summary>Takes a scope out of the chain, wherever in it the scope is.</summary>
    internal void Close(DisposeScope closed)
    {
        if (Current == closed)
        {
            Current = closed.Outer;
            return;
        }
        for (var scope = Current; scope is not null; scope = scope.Outer)
        {
            if (scope.Outer != closed) continue;
            scope.Outer = closed.Outer;
            return;
        }
    }

    internal DisposeScope? Register(torch.Tensor tensor)
    {
        if (Current is { } scope)
        {
            Counts.TensorStatistics.CreatedInScopeCount++;
            scope.Items.Add(tensor);
            return scope;
        }
        Counts.TensorStatistics.CreatedOutsideScopeCount++;
        return null;
    }
}
