using FluentAssertions;
using SelfSupervised.Testing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace SelfSupervised.TorchContract.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public void DisposeScope_AtItsEnd_DisposesWhatWasMadeInIt()
    {
        Tensor made;
        using (var scope = NewDisposeScope())
        {
            made = ones(3);
            scope.DisposablesCount.Should().Be(1);
            scope.Contains(made).Should().BeTrue();
        }

        made.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void MoveToOuterDisposeScope_FromAnInnerScope_OutlivesItAndDiesWithTheOuter()
    {
        Tensor moved;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) moved = ones(3).MoveToOuterDisposeScope();
            moved.IsInvalid.Should().BeFalse();
        }

        moved.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void MoveToOuterDisposeScope_FromTheOutermostScope_Detaches()
    {
        Tensor moved;
        using (NewDisposeScope()) moved = ones(3).MoveToOuterDisposeScope();
        moved.IsInvalid.Should().BeFalse();
        moved.Dispose();
        moved.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void DetachFromDisposeScope_WithinNestedScopes_SurvivesAllOfThem()
    {
        Tensor detached;
        using (NewDisposeScope())
        using (NewDisposeScope()) detached = ones(3).DetachFromDisposeScope();
        detached.IsInvalid.Should().BeFalse();
        detached.Dispose();
    }

    [Fact]
    public void Attach_ATensorOfNoScope_IsDisposedWithTheScope()
    {
        var loose = ones(3);
        using (var scope = NewDisposeScope()) scope.Attach(loose);
        loose.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void DisposeEverythingBut_OneTensor_KeepsItInTheScope()
    {
        using var scope = NewDisposeScope();
        var (kept, other) = (ones(2), ones(2));
        scope.DisposeEverythingBut(kept);
        kept.IsInvalid.Should().BeFalse();
        other.IsInvalid.Should().BeTrue();
        scope.DisposablesView.Should().ContainSingle().Which.Should().BeSameAs(kept);
    }

    [Fact]
    public void DisposeScope_OuterDisposedFirst_LeavesTheInnerOneWorking()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var made = ones(2);
        inner.Contains(made).Should().BeTrue();
        inner.Dispose();
        made.IsInvalid.Should().BeTrue();
        var after = ones(2);
        after.IsInvalid.Should().BeFalse();
        after.Dispose();
    }

    [Fact]
    public void DisposeScope_AfterItsEnd_RefusesUse()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        scope.Invoking(s => s.DisposablesCount).Should().Throw<ObjectDisposedException>();
        scope.Invoking(s => s.DisposeEverything()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Statistics_OverAScope_CountWhatWasMadeMovedAndDisposed()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        Tensor kept;
        using (NewDisposeScope())
        {
            _ = ones(2);
            kept = ones(2).DetachFromDisposeScope();
        }

        statistics.CreatedInScopeCount.Should().Be(2);
        statistics.DisposedInScopeCount.Should().Be(1);
        statistics.DetachedFromScopeCount.Should().Be(1);
        statistics.ThreadTotalLiveCount.Should().Be(1);
        kept.Dispose();
        statistics.DisposedOutsideScopeCount.Should().Be(1);
        statistics.ThreadTotalLiveCount.Should().Be(0);
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var tensor = ones(3);
        tensor.Dispose();
        tensor.Dispose();
        tensor.Invoking(t => t.sum()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Operations_TenThousand_LeaveNothing() => LeakCheck.NothingLeft(() =>
    {
        for (var i = 0; i < 10_000; i++)
        {
            using var scope = NewDisposeScope();
            using var x = ones(8, 8);
            _ = x.add(x).mm(x).sum();
        }
    });

    [Fact]
    public void NativeMemory_OverTenThousandMebibytes_StaysFlat()
    {
        for (var i = 0; i < 100; i++) Work();
        var before = Environment.WorkingSet;
        for (var i = 0; i < 10_000; i++) Work();
        (Environment.WorkingSet - before).Should().BeLessThan(256L << 20, "10 GiB went through");

        static void Work()
        {
            using var scope = NewDisposeScope();
            _ = zeros(1 << 18).add_(1);
        }
    }

    [Fact]
    public void Finaliser_OfAForgottenTensor_ReleasesIt()
    {
        var before = Tensor.TotalCount;
        Forget(100);
        for (var i = 0; i < 10 && Tensor.TotalCount > before; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Tensor.TotalCount.Should().BeLessThanOrEqualTo(before);

        static void Forget(int count)
        {
            for (var i = 0; i < count; i++) _ = ones(3);
        }
    }

    [Fact]
    public void Finaliser_WhileOthersDispose_NeitherCrashesNorLeaks()
    {
        var before = Tensor.TotalCount;
        var workers = Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                using var scope = NewDisposeScope();
                var x = ones(4);
                if ((i + seed) % 3 == 0) x.DetachFromDisposeScope();
                if (i % 500 == 0) GC.Collect();
            }
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        for (var i = 0; i < 10 && Tensor.TotalCount > before; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Tensor.TotalCount.Should().BeLessThanOrEqualTo(before);
    }

    [Fact]
    public void Scopes_OnTwoThreads_AreApart()
    {
        using var here = NewDisposeScope();
        var thread = new Thread(() =>
        {
            using var there = NewDisposeScope();
            _ = ones(2);
            there.DisposablesCount.Should().Be(1);
        });
        thread.Start();
        thread.Join();
        here.DisposablesCount.Should().Be(0);
    }

    [Fact]
    public void Threads_WorkingAtOnce_GetTheSameNumbersAsOne()
    {
        using var x = arange(0, 1000, ScalarType.Float32);
        var expected = x.mul(x).sum().item<float>();
        Parallel.For(0, 200, _ =>
        {
            using var scope = NewDisposeScope();
            x.mul(x).sum().item<float>().Should().Be(expected);
        });
    }
}
