using System.IO.Compression;
using System.Xml.Linq;
using FluentAssertions;
using Xunit;

namespace SelfSupervised.Packaging.Tests;

/// <summary>Packs SelfSupervised.Core once, and looks into the packages.</summary>
public sealed class PackageTests : IClassFixture<PackageTests.Packed>
{
    private readonly Packed _packed;

    public PackageTests(Packed packed) => _packed = packed;

    [RepositoryFact]
    public void Package_Dependencies_AreTorchSharpAndLoggingAbstractionsOnly()
    {
        var groups = _packed.Nuspec.Descendants().Where(e => e.Name.LocalName == "group").ToList();

        groups.Should().ContainSingle().Which.Attribute("targetFramework")!.Value.Should().Be("net10.0");
        _packed.Nuspec.Descendants().Where(e => e.Name.LocalName == "dependency")
            .Select(e => (Id: e.Attribute("id")!.Value, Version: e.Attribute("version")!.Value))
            .Should().BeEquivalentTo([(Id: "TorchSharp", Version: "0.106.0"), (Id: "Microsoft.Extensions.Logging.Abstractions", Version: "10.0.0")]);
    }

    [RepositoryFact]
    public void Package_Files_AreTheLibraryItsDocumentationAndTheReadmeOnly() =>
        _packed.Files.Where(IsContent).Should().BeEquivalentTo(
            "README.md", "lib/net10.0/SelfSupervised.Core.dll", "lib/net10.0/SelfSupervised.Core.xml");

    [RepositoryFact]
    public void Package_Metadata_NamesLicenceReadmeAndDescription()
    {
        Metadata("id").Value.Should().Be("SelfSupervised.Core");
        Metadata("license").Value.Should().Be("MIT");
        Metadata("license").Attribute("type")!.Value.Should().Be("expression");
        Metadata("readme").Value.Should().Be("README.md");
        Metadata("authors").Value.Should().Be("SelfSupervised contributors");
        Metadata("description").Value.Should().NotBeNullOrWhiteSpace().And.NotBe("Package Description");
        Metadata("tags").Value.Should().NotBeNullOrWhiteSpace();
    }

    [RepositoryFact]
    public void Package_Documentation_DescribesTheLosses() =>
        _packed.Read("lib/net10.0/SelfSupervised.Core.xml").Should().Contain("T:SelfSupervised.Core.Losses.NTXentLoss");

    [RepositoryFact]
    public void SymbolPackage_HoldsThePdb() =>
        _packed.SymbolFiles.Where(IsContent).Should().BeEquivalentTo("lib/net10.0/SelfSupervised.Core.pdb");

    // What NuGet adds to every package for itself.
    private static bool IsContent(string file) =>
        !file.StartsWith("_rels/", StringComparison.Ordinal) && !file.StartsWith("package/", StringComparison.Ordinal)
        && file != "[Content_Types].xml" && !file.EndsWith(".nuspec", StringComparison.Ordinal);

    private XElement Metadata(string name) =>
        _packed.Nuspec.Descendants().Single(e => e.Name.LocalName == name && e.Parent!.Name.LocalName == "metadata");

    public sealed class Packed : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly ZipArchive? _package;

        public Packed()
        {
            if (Repository.Root is null)
            {
                return;
            }

            var (exitCode, output) = Repository.DotNet(
                Repository.Root, "pack", "src/SelfSupervised.Core", "--no-build", "-c", Repository.Configuration,
                "-o", _folder.Path, $"-p:TorchProvider={Repository.TorchProvider}");
            exitCode.Should().Be(0, "dotnet pack said: {0}", output);

            _package = ZipFile.OpenRead(Single("*.nupkg"));
            Files = FilesOf(_package);
            Nuspec = XDocument.Parse(Read("SelfSupervised.Core.nuspec"));
            using var symbols = ZipFile.OpenRead(Single("*.snupkg"));
            SymbolFiles = FilesOf(symbols);
        }

        public XDocument Nuspec { get; } = new();

        public IReadOnlyList<string> Files { get; } = [];

        public IReadOnlyList<string> SymbolFiles { get; } = [];

        public string Read(string file)
        {
            using var reader = new StreamReader(_package!.GetEntry(file)!.Open());
            return reader.ReadToEnd();
        }

        public void Dispose()
        {
            _package?.Dispose();
            _folder.Dispose();
        }

        private static List<string> FilesOf(ZipArchive archive) => archive.Entries.Select(e => e.FullName).ToList();

        private string Single(string pattern) => Directory.GetFiles(_folder.Path, pattern).Should().ContainSingle().Subject;
    }
}
