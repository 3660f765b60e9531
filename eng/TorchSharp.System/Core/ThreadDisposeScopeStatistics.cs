namespace TorchSharp;

/// <summary>What one thread made and disposed, within scopes and outside of them.</summary>
public class ThreadDisposeScopeStatistics
{
    public LifetimeStatistics TensorStatistics { get; } = new();
    public LifetimeStatistics PackedSequenceStatistics { get; } = new();

    public long CreatedOutsideScopeCount => TensorStatistics.CreatedOutsideScopeCount + PackedSequenceStatistics.CreatedOutsideScopeCount;
    public long DisposedOutsideScopeCount => TensorStatistics.DisposedOutsideScopeCount + PackedSequenceStatistics.DisposedOutsideScopeCount;
    public long CreatedInScopeCount => TensorStatistics.CreatedInScopeCount + PackedSequenceStatistics.CreatedInScopeCount;
    public long DisposedInScopeCount => TensorStatistics.DisposedInScopeCount + PackedSequenceStatistics.DisposedInScopeCount;
    public long AttachedToScopeCount => TensorStatistics.AttachedToScopeCount + PackedSequenceStatistics.AttachedToScopeCount;
    public long DetachedFromScopeCount => TensorStatistics.DetachedFromScopeCount + PackedSequenceStatistics.DetachedFromScopeCount;
    public long ThreadTotalLiveCount => TensorStatistics.ThreadTotalLiveCount + PackedSequenceStatistics.ThreadTotalLiveCount;

    public void Reset()
    {
        TensorStatistics.Reset();
        PackedSequenceStatistics.Reset();
    }

    public override string ToString() => LifetimeStatistics.Describe(ThreadTotalLiveCount, CreatedOutsideScopeCount, DisposedOutsideScopeCount,
        CreatedInScopeCount, DisposedInScopeCount, AttachedToScopeCount, DetachedFromScopeCount);
}

public class LifetimeStatistics
{
    public long CreatedOutsideScopeCount { get; internal set; }
    public long DisposedOutsideScopeCount { get; internal set; }
    public long CreatedInScopeCount { get; internal set; }
    public long DisposedInScopeCount { get; internal set; }
    public long AttachedToScopeCount { get; internal set; }
    public long DetachedFromScopeCount { get; internal set; }
    public long ThreadTotalLiveCount => CreatedInScopeCount + CreatedOutsideScopeCount - DisposedInScopeCount - DisposedOutsideScopeCount;

    public void Reset() => CreatedOutsideScopeCount = DisposedOutsideScopeCount = CreatedInScopeCount =
        DisposedInScopeCount = AttachedToScopeCount = DetachedFromScopeCount = 0;

    public override string ToString() => Describe(ThreadTotalLiveCount, CreatedOutsideScopeCount, DisposedOutsideScopeCount,
        CreatedInScopeCount, DisposedInScopeCount, AttachedToScopeCount, DetachedFromScopeCount);

    internal static string Describe(long live, long createdOutside, long disposedOutside, long created, long disposed, long attached, long detached) =>
        $"ThreadTotalLiveCount: {live}; CreatedOutsideScopeCount: {createdOutside}; DisposedOutsideScopeCount: {disposedOutside}; " +
        $"CreatedInScopeCount: {created}; DisposedInScopeCount: {disposed}; AttachedToScopeCount: {attached}; DetachedFromScopeCount: {detached}";
}
