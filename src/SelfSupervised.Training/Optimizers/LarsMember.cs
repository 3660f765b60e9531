using TorchSharp.Modules;

namespace SelfSupervised.Training.Optimizers;

/// <summary>A parameter of a group, and whether it is left out of decay and adaptation.</summary>
internal sealed record LarsMember(string Name, Parameter Parameter, bool Excluded);
