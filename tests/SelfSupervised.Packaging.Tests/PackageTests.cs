using System.IO.Compression;
using System.Xml.Linq;
using FluentAssertions;
using Xunit;

namespace SelfSupervised.Packaging.Tests;

/// <summary>Packs each library once, and looks into the packages.</summary>
public sealed class PackageTests : IClassFixture<PackageTests.Packed>
{
    private readonly Packed _packed;

    public PackageTests(Packed packed) => _packed = packed;

    public static TheoryData<string> Libraries => new("SelfSupervised.Core", "SelfSupervised.Data", "SelfSupervised.Evaluation", "SelfSupervised.Training");

    [RepositoryTheory]
    [InlineData("SelfSupervised.Core", "TorchSharp 0.106.0", "Microsoft.Extensions.Logging.Abstractions 10.0.0")]
    [InlineData("SelfSupervised.Data", "SelfSupervised.Core 0.1.0-preview.1", "TorchSharp 0.106.0")]
    [InlineData("SelfSupervised.Evaluation", "SelfSupervised.Core 0.1.0-preview.1", "TorchSharp 0.106.0")]
    [InlineData(
        "SelfSupervised.Training", "SelfSupervised.Core 0.1.0-preview.1", "SelfSupervised.Evaluation 0.1.0-preview.1", "TorchSharp 0.106.0",
        "Microsoft.Extensions.Logging.Abstractions 10.0.0")]
    public void Package_Dependencies_AreTheseOnly(string library, params string[] dependencies)
    {
        var nuspec = _packed[library].Nuspec;

        nuspec.Descendants().Where(e => e.Name.LocalName == "group")
            .Should().ContainSingle().Which.Attribute("targetFramework")!.Value.Should().Be("net10.0");
        nuspec.Descendants().Where(e => e.Name.LocalName == "dependency")
            .Select(e => $"{e.Attribute("id")!.Value} {e.Attribute("version")!.Value}").Should().BeEquivalentTo(dependencies);
    }

    [RepositoryTheory]
    [MemberData(nameof(Libraries))]
    public void Package_Files_AreTheLibraryItsDocumentationAndTheReadmeOnly(string library) =>
        _packed[library].Files.Where(IsContent).Should().BeEquivalentTo(
            "README.md", $"lib/net10.0/{library}.dll", $"lib/net10.0/{library}.xml");

    [RepositoryTheory]
    [MemberData(nameof(Libraries))]
    public void Package_Metadata_NamesLicenceReadmeAndDescription(string library)
    {
        XElement Metadata(string name) => _packed[library].Nuspec.Descendants()
            .Single(e => e.Name.LocalName == name && e.Parent!.Name.LocalName == "metadata");

        Metadata("id").Value.Should().Be(library);
        Metadata("license").Value.Should().Be("MIT");
        Metadata("license").Attribute("type")!.Value.Should().Be("expression");
        Metadata("readme").Value.Should().Be("README.md");
        Metadata("authors").Value.Should().Be("SelfSupervised contributors");
        Metadata("description").Value.Should().NotBeNullOrWhiteSpace().And.NotBe("Package Description");
        Metadata("tags").Value.Should().NotBeNullOrWhiteSpace();
    }

    [RepositoryTheory]
    [InlineData("SelfSupervised.Core", "Losses.NTXentLoss")]
    [InlineData("SelfSupervised.Data", "Synthetic.Sprites")]
    [InlineData("SelfSupervised.Evaluation", "Probes.LinearProbe")]
    [InlineData("SelfSupervised.Training", "Optimizers.Lars")]
    public void Package_Documentation_DescribesTheType(string library, string type) =>
        _packed[library].Documentation.Should().Contain($"\"T:{library}.{type}\"");

    [RepositoryTheory]
    [MemberData(nameof(Libraries))]
    public void SymbolPackage_HoldsThePdb(string library) =>
        _packed[library].SymbolFiles.Where(IsContent).Should().BeEquivalentTo($"lib/net10.0/{library}.pdb");

    // What NuGet adds to every package for itself.
    private static bool IsContent(string file) =>
        !file.StartsWith("_rels/", StringComparison.Ordinal) && !file.StartsWith("package/", StringComparison.Ordinal)
        && file != "[Content_Types].xml" && !file.EndsWith(".nuspec", StringComparison.Ordinal);

    public sealed record Package(
        XDocument Nuspec, string Documentation, IReadOnlyList<string> Files, IReadOnlyList<string> SymbolFiles);

    public sealed class Packed : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<string, Package> _packages = [];

        /// <summary>The library's package, packed when first asked for.</summary>
        public Package this[string library]
        {
            get
            {
                if (!_packages.TryGetValue(library, out var package))
                {
                    _packages[library] = package = Pack(library);
                }

                return package;
            }
        }

        public void Dispose() => _folder.Dispose();

        private Package Pack(string library)
        {
            var folder = Path.Combine(_folder.Path, library);
            var (exitCode, output) = Repository.DotNet(
                Repository.Root!, "pack", $"src/{library}", "--no-build", "-c", Repository.Configuration,
                "-o", folder, $"-p:TorchProvider={Repository.TorchProvider}");
            exitCode.Should().Be(0, "dotnet pack said: {0}", output);

            using var package = ZipFile.OpenRead(Single(folder, "*.nupkg"));
            using var symbols = ZipFile.OpenRead(Single(folder, "*.snupkg"));
            return new Package(
                XDocument.Parse(Read(package, $"{library}.nuspec")),
                Read(package, $"lib/net10.0/{library}.xml"),
                FilesOf(package),
                FilesOf(symbols));
        }

        private static string Read(ZipArchive package, string file)
        {
            using var reader = new StreamReader(package.GetEntry(file)!.Open());
            return reader.ReadToEnd();
        }

        private static List<string> FilesOf(ZipArchive archive) => archive.Entries.Select(e => e.FullName).ToList();

        private static string Single(string folder, string pattern) => Directory.GetFiles(folder, pattern).Should().ContainSingle().Subject;
    }
}
