using System.Diagnostics;
using SelfSupervised.Core;
using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Checkpoints;
using SelfSupervised.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Runs a method over a source: steps, reports, checkpoints; and goes on where an interrupted run ended.</summary>
/// <remarks>
/// <para>
/// A run that is stopped at any step, by a token, a signal or the machine, and started again with the same arguments and checkpoint
/// folder, gives the same bits on the same machine as one that was never stopped. The method's draws and the source's order
/// are counted, and a checkpoint holds everything else: the method's state, the optimisers', libtorch's random numbers on the
/// CPU, and the history. A damaged or foreign checkpoint is refused, and the one before it is used.
/// </para>
/// <para>
/// A step takes <see cref="PretrainerOptions.Accumulation"/> batches, which serve the players one after the other, each for as many updates as
/// its <see cref="PlayerOptimizer"/> says. Losses stay on
/// their device until a report, a checkpoint or the end, when all are read and checked: a loss that isn't finite ends the run, with
/// the step's number, before anything of it is kept.
/// </para>
/// </remarks>
public sealed class Pretrainer
{
    private readonly PretrainingMethod _method;
    private readonly IPretrainingSource _source;
    private readonly IReadOnlyList<PlayerOptimizer> _optimizers;
    private readonly PretrainerOptions _options;
    private readonly RunReporter _reporter;
    private readonly TrainingHistory _history = new();
    private readonly LossBuffer _losses;
    private readonly TrainingStep _step;
    private readonly RunState _state;
    private readonly CheckpointFolder? _folder;
    private int? _saved;

    /// <summary>Prepares a run with one player.</summary>
    /// <param name="method">The method, on its device. It stays the caller's, and so does the optimiser.</param>
    /// <param name="source">Where batches are taken from; on that device.</param>
    /// <param name="optimizer">Made from the method's trained parameters, after moving them.</param>
    /// <param name="schedule">The learning rate of each step.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="observers">Who watches. Default: nobody.</param>
    /// <exception cref="ArgumentException">The method has more than one player, or as the other constructor.</exception>
    /// <example><code>
    /// new Pretrainer(method, source, optimizer, schedule, new() { Steps = 1000, CheckpointFolder = "run" }).Run();
    /// </code></example>
    public Pretrainer(
        PretrainingMethod method,
        IPretrainingSource source,
        OptimizerHelper optimizer,
        Schedule schedule,
        PretrainerOptions options,
        params IReadOnlyList<ITrainingObserver> observers)
        : this(method, source, [new PlayerOptimizer(optimizer, schedule)], options, observers)
    {
    }

    /// <summary>Prepares a run.</summary>
    /// <param name="method">The method, on its device. It stays the caller's, and so do the optimisers.</param>
    /// <param name="source">Where batches are taken from; on that device.</param>
    /// <param name="optimizers">One per player, in the order of <see cref="PretrainingMethod.Players"/>.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="observers">Who watches. Default: nobody.</param>
    /// <exception cref="ArgumentException">
    /// Another number of optimisers than players, the first player is not trained to the end, there are too many batches to count, or a micro-batch
    /// is asked for and the method is not separable.
    /// </exception>
    public Pretrainer(
        PretrainingMethod method,
        IPretrainingSource source,
        IReadOnlyList<PlayerOptimizer> optimizers,
        PretrainerOptions options,
        params IReadOnlyList<ITrainingObserver> observers)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(optimizers);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(observers);
        if (optimizers.Count != method.Players.Count)
        {
            throw new ArgumentException(
                $"Expected `optimizers` to be {method.Players.Count}, one for each of {string.Join(", ", method.Players)}, but got {optimizers.Count}.",
                nameof(optimizers));
        }

        if (optimizers[0].LastStep < options.Steps)
        {
            throw new ArgumentException(
                $"Expected `optimizers` to train {method.Players[0]}, the first player, to the last step, but it is to end at step {optimizers[0].LastStep} of {options.Steps}.",
                nameof(optimizers));
        }

        if ((long)options.Steps * options.Accumulation > int.MaxValue)
        {
            throw new ArgumentException($"Expected `options` to ask for at most {int.MaxValue} batches in all.", nameof(options));
        }

        if (options.MicroBatch is not null && method is not SeparableMethod { IsSeparable: true })
        {
            throw new ArgumentException(
                $"Expected `method` to be separable, as `options` ask for a micro-batch, but {method.GetName()} doesn't say how it embeds images.", nameof(method));
        }

        (_method, _source, _optimizers, _options) = (method, source, [.. optimizers], options);
        _reporter = new RunReporter([.. observers], _history);
        _losses = new LossBuffer(method.Players);
        _step = new TrainingStep(method, _optimizers, options, _losses);
        _state = new RunState(method, _optimizers, _history);
        _folder = options.CheckpointFolder is { } path ? new CheckpointFolder(path, options.KeepCheckpoints) : null;
    }

    /// <summary>Runs to the last step, or until it is asked to stop.</summary>
    /// <param name="stop">Asks it to stop: it finishes the step, writes a checkpoint if it has a folder, and returns.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="NonFiniteLossException">A loss was NaN or infinite.</exception>
    /// <exception cref="CheckpointException">There are checkpoints, but none that can be used.</exception>
    public TrainingResult Run(CancellationToken stop = default)
    {
        var step = Resume();
        _losses.Start(step);
        _method.train();
        try
        {
            step = Run(step, stop);
        }
        finally
        {
            _losses.Start(step);
        }

        var isComplete = step >= _options.Steps;
        _reporter.Tell(
            isComplete ? TrainingEventKind.Completed : TrainingEventKind.Stopped, step, isComplete ? "All steps are done." : "The run was asked to stop.");
        return new TrainingResult(step, isComplete, _history);
    }

    private int Run(int step, CancellationToken stop)
    {
        using var batches = Batches(step * _options.Accumulation).GetEnumerator();
        var (watch, reported) = (Stopwatch.StartNew(), step);
        while (step < _options.Steps && !stop.IsCancellationRequested)
        {
            using var scope = NewDisposeScope();
            var isReport = ++step % _options.ReportEvery == 0 || step == _options.Steps;
            var output = _step.Take(step, batches, isReport);
            if (isReport)
            {
                ReadLosses();
                _reporter.Report(
                    step,
                    _options.Steps,
                    ((step * _options.Accumulation) - 1) / _source.BatchesPerEpoch,
                    _optimizers[0].Schedule(step - 1),
                    output,
                    _losses.Others,
                    watch.Elapsed.TotalSeconds / (step - reported));
                (watch, reported) = (Stopwatch.StartNew(), step);
            }

            if (step % _options.CheckpointEvery == 0)
            {
                Save(step);
            }
        }

        Save(step);
        return step;
    }

    private int Resume()
    {
        var checkpoints = _folder?.Checkpoints() ?? [];
        foreach (var (step, path) in checkpoints)
        {
            try
            {
                _ = _state.Restore(path);
                _saved = step;
                _reporter.Tell(TrainingEventKind.Resumed, step, $"The run goes on from {path}.");
                return step;
            }
            catch (CheckpointException error)
            {
                _reporter.Tell(TrainingEventKind.CheckpointRefused, step, error.Message);
            }
        }

        if (checkpoints.Count > 0)
        {
            throw new CheckpointException(_folder!.Path, "has checkpoints, but none that can be used: take another folder to begin anew.");
        }

        _history.Clear();
        _saved = null;
        _reporter.Tell(TrainingEventKind.Started, 0, $"{_method.GetName()}: {_options.Steps} steps of {_options.Accumulation} batches.");
        return 0;
    }

    // From a batch on, counted from the beginning of the run, through all epochs to come.
    private IEnumerable<PretrainingBatch> Batches(int first)
    {
        var perEpoch = _source.BatchesPerEpoch;
        for (var (epoch, position) = Math.DivRem(first, perEpoch); ; epoch++, position = 0)
        {
            foreach (var batch in _source.Epoch(epoch, position))
            {
                yield return batch with { Step = first++ };
            }
        }
    }

    private void ReadLosses()
    {
        try
        {
            _history.Add(_losses.Read());
        }
        catch (NonFiniteLossException error)
        {
            _reporter.Tell(TrainingEventKind.NonFiniteLoss, error.Step, error.Message);
            throw;
        }
    }

    private void Save(int step)
    {
        ReadLosses();
        if (_folder is null || _saved == step)
        {
            return;
        }

        _state.Save(_folder.PathOf(step), step);
        _folder.Prune(step);
        _saved = step;
        _reporter.Tell(TrainingEventKind.CheckpointWritten, step, _folder.PathOf(step));
    }
}
