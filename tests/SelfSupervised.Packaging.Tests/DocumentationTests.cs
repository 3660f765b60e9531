using System.Text;
using System.Text.RegularExpressions;
using FluentAssertions;

namespace SelfSupervised.Packaging.Tests;

/// <summary>Compiles the C# blocks of the README files and of docs/.</summary>
public sealed partial class DocumentationTests
{
    [RepositoryFact]
    public void CSharpBlocks_Compile()
    {
        var blocks = Documents().SelectMany(Blocks).ToList();
        blocks.Should().NotBeEmpty();
        using var folder = new TemporaryFolder();
        for (var i = 0; i < blocks.Count; i++)
        {
            File.WriteAllText(Path.Combine(folder.Path, $"Block{i}.cs"), Source(blocks[i], $"Block{i}"));
        }

        WriteProject(folder.Path);
        var (exitCode, output) = Repository.DotNet(
            folder.Path, "build", "--nologo", "-v", "quiet", "-clp:NoSummary", "-p:UseSharedCompilation=false");

        // The compiler's messages carry the document's name and line, by the #line of each block.
        exitCode.Should().Be(0, "each C# block is to compile by itself, but: {0}", output);
    }

    private static IEnumerable<string> Documents() =>
        Directory.GetFiles(Path.Combine(Repository.Root!, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root!, "src"), "README.md", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root!, "README.md"));

    private static IEnumerable<Block> Blocks(string document)
    {
        var name = Path.GetRelativePath(Repository.Root!, document).Replace('\\', '/');
        List<string>? block = null;
        var line = 0;
        foreach (var text in File.ReadLines(document))
        {
            line++;
            if (block is null)
            {
                block = text.StartsWith("```csharp", StringComparison.Ordinal) ? [] : null;
            }
            else if (text.StartsWith("```", StringComparison.Ordinal))
            {
                yield return new Block(name, line - block.Count, block);
                block = null;
            }
            else
            {
                block.Add(text);
            }
        }
    }

    // Using directives, then statements, then types: as in a program of top-level statements, but many in one assembly.
    private static string Source(Block block, string name)
    {
        var (usings, rest) = Split(block.Lines, line => !(UsingDirective().IsMatch(line) || line.Length == 0));
        var (statements, types) = Split(rest, TypeDeclaration().IsMatch);
        return new StringBuilder()
            .AppendLine($"namespace {name};")
            .AppendLine($"#line {block.Line} \"{block.Document}\"")
            .AppendJoin('\n', usings).AppendLine()
            .AppendLine("#line hidden")
            .AppendLine("internal static class Program { internal static async Task Main_(string[] args) { await Task.Yield();")
            .AppendLine($"#line {block.Line + usings.Count} \"{block.Document}\"")
            .AppendJoin('\n', statements).AppendLine()
            .AppendLine("#line hidden")
            .AppendLine("} }")
            .AppendLine($"#line {block.Line + usings.Count + statements.Count} \"{block.Document}\"")
            .AppendJoin('\n', types).AppendLine()
            .ToString();
    }

    private static (List<string> Before, List<string> From) Split(List<string> lines, Predicate<string> first)
    {
        var at = lines.FindIndex(first);
        at = at < 0 ? lines.Count : at;
        return (lines[..at], lines[at..]);
    }

    // Only what lies next to the tests is referenced, and nothing is restored: it works without a network.
    private static void WriteProject(string folder)
    {
        var references = Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => ReferencedAssembly().IsMatch(Path.GetFileName(file)))
            .Select(file => $"""<Reference Include="{Path.GetFileNameWithoutExtension(file)}" HintPath="{file}" />""");
        File.WriteAllText(Path.Combine(folder, "Blocks.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>{string.Concat(references)}</ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");
    }

    [GeneratedRegex(@"^using (static )?[\w.]+( = [\w.<>]+)?;")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^((public|internal|file|sealed|abstract|static|partial|readonly) )*(class|record|struct|interface|enum) ")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^(SelfSupervised\.(?!.*Tests).*|TorchSharp|Microsoft\.Extensions\.Logging\.Abstractions)\.dll$")]
    private static partial Regex ReferencedAssembly();

    private sealed record Block(string Document, int Line, List<string> Lines);
}
