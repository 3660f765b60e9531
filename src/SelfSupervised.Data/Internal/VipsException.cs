namespace SelfSupervised.Data.Internal;

/// <summary>libvips could not do something; why is in its buffer of messages, which all threads share.</summary>
internal sealed class VipsException : Exception;
