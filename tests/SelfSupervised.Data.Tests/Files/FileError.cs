using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

internal static class FileError
{
    /// <summary>The message of the error that reading must throw.</summary>
    public static string Of(Func<ImageSet> read) => FluentActions.Invoking(read).Should().ThrowExactly<DataFileException>().Which.Message;
}
