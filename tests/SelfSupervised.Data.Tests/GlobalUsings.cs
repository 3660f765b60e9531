global using FluentAssertions;
global using SelfSupervised.Testing;
global using TorchSharp;
global using Xunit;
global using static TorchSharp.torch;
