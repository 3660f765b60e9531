namespace SelfSupervised.Training.Pretraining;

/// <summary>What can happen in a run.</summary>
public enum TrainingEventKind
{
    /// <summary>It begins at the first step.</summary>
    Started,

    /// <summary>It goes on from a checkpoint.</summary>
    Resumed,

    /// <summary>A checkpoint was written.</summary>
    CheckpointWritten,

    /// <summary>A checkpoint is damaged or of something else, and was not used.</summary>
    CheckpointRefused,

    /// <summary>All images look alike: <see cref="RepresentationHealth.IsCollapsed"/>.</summary>
    Collapsed,

    /// <summary>A loss is NaN or infinite; the run ends.</summary>
    NonFiniteLoss,

    /// <summary>It was asked to stop, and did so after a step.</summary>
    Stopped,

    /// <summary>All steps are done.</summary>
    Completed,
}
