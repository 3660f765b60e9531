using FluentAssertions;
using SelfSupervised.Testing;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using Xunit;
using static TorchSharp.torch;

namespace SelfSupervised.TorchContract.Tests;

public sealed class ModuleTests
{
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _first = nn.Linear(3, 4);
        [ComponentName(Name = "second")]
        private readonly Linear _renamed = nn.Linear(4, 2, hasBias: false);
        private readonly Parameter scale = nn.Parameter(ones(1));
        private readonly Tensor seen = zeros(1);

        public Block() : base(nameof(Block)) => RegisterComponents();

        public int Calls { get; private set; }

        public override Tensor forward(Tensor input)
        {
            Calls++;
            using (no_grad()) seen.add_(1);
            using var hidden = _first.call(input);
            using var active = hidden.relu();
            using var output = _renamed.call(active);
            return output.mul(scale);
        }
    }

    private sealed class Unregistered : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _linear = nn.Linear(2, 2);

        public Unregistered() : base(nameof(Unregistered)) { }

        public override Tensor forward(Tensor input) => _linear.call(input);
    }

    private static readonly string[] s_keys = ["scale", "seen", "_first.weight", "_first.bias", "second.weight"];

    [Fact]
    public void RegisterComponents_NamesFieldsAndTheirComponentNames_InOrder()
    {
        using var block = new Block();
        block.state_dict().Keys.Should().BeEquivalentTo(s_keys);
        block.named_parameters().Select(p => p.name).Should().Equal("scale", "_first.weight", "_first.bias", "second.weight");
        block.named_buffers().Select(b => b.name).Should().Equal("seen");
        block.named_children().Select(c => c.name).Should().Equal("_first", "second");
        block.parameters().Should().OnlyContain(p => p.requires_grad);
    }

    [Fact]
    public void WithoutRegisterComponents_NothingIsKnown()
    {
        using var module = new Unregistered();
        module.parameters().Should().BeEmpty();
    }

    [Fact]
    public void Module_BuiltInsideAScope_KeepsTorchSharpsParametersAndLosesItsOwn()
    {
        Block block;
        using (NewDisposeScope()) block = new Block();
        block.get_parameter("_first.weight")!.IsInvalid.Should().BeFalse("TorchSharp's layers detach theirs");
        block.get_parameter("scale")!.IsInvalid.Should().BeTrue("parameters obey the scope that they are made in");
        block.get_buffer("seen")!.IsInvalid.Should().BeTrue("and so do buffers");
    }

    [Fact]
    public void Recurrent_BuiltInsideAScope_LosesItsParametersWithIt()
    {
        using (var scope = NewDisposeScope())
        {
            var gru = nn.GRU(2, 3);
            var embedding = nn.Embedding(4, 2);
            gru.parameters().Concat(embedding.parameters()).Should().OnlyContain(p => scope.Contains(p), "unlike other layers, these detach nothing");
        }
    }

    [Fact]
    public void Convolution_BuiltInsideAScope_LeavesATemporaryInIt()
    {
        using var scope = NewDisposeScope();
        using var convolution = nn.Conv2d(1, 1, 3, bias: true);
        scope.DisposablesCount.Should().BePositive("so layers are built inside a scope, from which a module's own parameters are detached");
    }

    [Fact]
    public void StateDict_LoadedIntoATwin_MakesTheSameOutput()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new Block(), new Block());
        var x = RandomTensors.Normal(1, [5, 3], ScalarType.Float32);
        a.call(x).Equals(b.call(x)).Should().BeFalse();
        b.load_state_dict(a.state_dict());
        TensorAssert.Same(b.call(x), a.call(x));
    }

    [Fact]
    public void LoadStateDict_MissingOrUnexpectedNames_IsRefusedOrReported()
    {
        using var block = new Block();
        var state = block.state_dict();
        state.Remove("scale");
        state["stranger"] = ones(1);
        block.Invoking(b => b.load_state_dict(state)).Should().Throw<InvalidOperationException>();
        var (missing, unexpected) = block.load_state_dict(state, strict: false);
        missing.Should().Equal("scale");
        unexpected.Should().Equal("stranger");
    }

    [Fact]
    public void SaveAndLoad_ThroughAStream_RestoresEveryBit()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new Block(), new Block());
        using var stream = new MemoryStream();
        a.save(stream);
        using var again = new MemoryStream(stream.ToArray());
        b.load(again);
        var restored = b.state_dict();
        foreach (var (name, value) in a.state_dict()) TensorAssert.Same(restored[name], value);
    }

    [Fact]
    public void TrainAndEval_ReachEveryChild()
    {
        using var model = nn.Sequential(("norm", nn.BatchNorm1d(3)), ("drop", nn.Dropout(0.5)));
        model.eval();
        model.modules().Should().OnlyContain(m => !m.training);
        model.train();
        model.children().Should().OnlyContain(m => m.training);
    }

    [Fact]
    public void To_AnotherType_ReplacesAndDisposesParametersAndBuffers()
    {
        using var block = new Block();
        var before = block.get_parameter("scale")!;
        block.to(ScalarType.Float64);
        block.parameters().Should().OnlyContain(p => p.dtype == ScalarType.Float64);
        block.buffers().Should().OnlyContain(b => b.dtype == ScalarType.Float64);
        before.IsInvalid.Should().BeTrue();
        using var x = zeros(1, 3, ScalarType.Float64);
        using var y = block.call(x);
        y.dtype.Should().Be(ScalarType.Float64);
    }

    [Fact]
    public void Sequential_NamesItsPartsByNumberOrName()
    {
        using var numbered = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1));
        numbered.state_dict().Keys.Should().Equal("0.weight", "0.bias", "2.weight", "2.bias");
        using var named = nn.Sequential(("in", nn.Linear(2, 3)), ("out", nn.Linear(3, 1)));
        named.state_dict().Keys.Should().Equal("in.weight", "in.bias", "out.weight", "out.bias");
    }

    [Fact]
    public void ModuleList_WithinAModule_NamesItsPartsByNumber()
    {
        using var list = new ModuleList<nn.Module<Tensor, Tensor>>(nn.Linear(1, 1));
        list.Add(nn.Linear(1, 2));
        list.state_dict().Should().BeEmpty("a list is registered by the module that holds it");
        using var holder = new Holder(list);
        holder.state_dict().Keys.Should().Equal("parts.0.weight", "parts.0.bias", "parts.1.weight", "parts.1.bias");
    }

    private sealed class Holder : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<nn.Module<Tensor, Tensor>> parts;

        public Holder(ModuleList<nn.Module<Tensor, Tensor>> list) : base(nameof(Holder))
        {
            parts = list;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => parts.Aggregate(input, (x, part) => part.call(x));
    }

    [Fact]
    public void ZeroGrad_ClearsEveryGradient()
    {
        using var scope = NewDisposeScope();
        var block = new Block();
        block.call(ones(2, 3)).sum().backward();
        block.get_parameter("scale")!.grad.Should().NotBeNull();
        block.zero_grad();
        block.parameters().Should().OnlyContain(p => ReferenceEquals(p.grad, null));
    }

    [Fact]
    public void Dispose_OfAModule_DisposesWhatItOwns()
    {
        var block = new Block();
        var parameters = block.parameters().ToList();
        block.Dispose();
        parameters.Should().OnlyContain(p => p.IsInvalid);
    }

    [Fact]
    public void Hook_AfterForward_SeesInputAndOutput()
    {
        using var scope = NewDisposeScope();
        var linear = nn.Linear(2, 2);
        Tensor? seen = null;
        var hook = linear.register_forward_hook((_, _, output) => seen = output);
        var result = linear.call(ones(1, 2));
        seen.Should().BeSameAs(result);
        hook.remove();
        seen = null;
        linear.call(ones(1, 2));
        seen.Should().BeNull();
    }

    [Fact]
    public void Call_AThousandTimes_LeavesNothing()
    {
        using var block = new Block();
        using var x = ones(2, 3);
        LeakCheck.NothingLeft(() =>
        {
            for (var i = 0; i < 1000; i++) block.call(x).Dispose();
        }, x);
        block.Calls.Should().Be(2000);
    }

    [Fact]
    public void BatchNorm_WithoutMomentum_HasTorchsNamesAndCounts()
    {
        using var scope = NewDisposeScope();
        var norm = nn.BatchNorm2d(3);
        norm.state_dict().Keys.Should().BeEquivalentTo("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
        norm.call(randn(4, 3, 5, 5));
        norm.get_buffer("num_batches_tracked")!.item<long>().Should().Be(1);
    }
}
