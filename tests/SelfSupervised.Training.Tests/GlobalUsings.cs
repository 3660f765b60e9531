global using FluentAssertions;
global using SelfSupervised.Testing;
global using SelfSupervised.Training.Optimizers;
global using SelfSupervised.Training.Schedules;
global using TorchSharp;
global using Xunit;
global using static TorchSharp.torch;
