using Xunit.Sdk;

namespace SelfSupervised.Core.Tests.Testing;

/// <summary>The leak check must see a leak, also one that the garbage collector has already cleared away.</summary>
public sealed class LeakCheckTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _input = ones(2, 2);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void NothingLeft_EverythingDisposed_Passes() => LeakCheck.NothingLeft(() => _input.add(_input).Dispose(), _input);

    [Fact]
    public void NothingLeft_OneForgotten_Fails() => Failure(() => LeakCheck.NothingLeft(() => _input.add(_input), _input))
        .Should().Be("Expected no tensor to be left behind, but 1 more are alive than before.");

    [Fact]
    public void NothingLeft_ForgottenAndCollected_Fails() => Failure(() => LeakCheck.NothingLeft(
        () =>
        {
            _input.add(_input).DetachFromDisposeScope();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        },
        _input));

    [Fact]
    public void NothingLeft_MadeOnceAndKept_Passes()
    {
        Tensor? cached = null;
        LeakCheck.NothingLeft(() => cached ??= _input.add(_input), _input);
        cached.Should().NotBeNull();
    }

    [Fact]
    public void NothingLeft_InputDisposed_Fails()
    {
        var input = ones(1);
        var made = 0;
        Failure(() => LeakCheck.NothingLeft(
            () =>
            {
                // The second time round, one tensor is made and one is lost: the count alone would not tell.
                if (made++ == 1)
                {
                    _input.add(_input);
                    input.Dispose();
                }
            },
            _input,
            input)).Should().Be("Expected the inputs to survive, but input 1 has been disposed.");
    }

    [Fact]
    public void OnlyResult_FreshResult_Passes() => LeakCheck.OnlyResult(() => _input.add(_input), _input);

    [Fact]
    public void OnlyResult_TemporaryLeft_Fails() =>
        Failure(() => LeakCheck.OnlyResult(() => _input.add(_input).add(_input), _input)).Should().Contain("the caller's scope");

    [Fact]
    public void OnlyResult_ResultDetached_Fails() =>
        Failure(() => LeakCheck.OnlyResult(() => _input.add(_input).DetachFromDisposeScope(), _input)).Should().Contain("the caller's scope");

    [Fact]
    public void OnlyResult_InputReturned_Fails() => Failure(() => LeakCheck.OnlyResult(() => _input, _input)).Should().Be("Expected a fresh result, but got one of the inputs.");

    private static string Failure(Action check) => check.Should().Throw<XunitException>().Which.Message;
}
