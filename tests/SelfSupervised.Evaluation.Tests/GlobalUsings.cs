global using FluentAssertions;
global using SelfSupervised.Evaluation;
global using SelfSupervised.Evaluation.Features;
global using SelfSupervised.Evaluation.Neighbours;
global using SelfSupervised.Evaluation.Probes;
global using SelfSupervised.Testing;
global using TorchSharp;
global using Xunit;
global using static TorchSharp.torch;
