using Microsoft.Extensions.Logging;

namespace SelfSupervised.Core.Internal;

internal static partial class Log
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "{Loss} was given a batch of one image: there are no negatives, so the loss teaches nothing.")]
    public static partial void NoNegatives(ILogger logger, string loss);
}
