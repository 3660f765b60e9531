using System.Text;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Weights;

/// <summary>Streams that lie, break off or are damaged: each refused by an InvalidDataException that says why.</summary>
public sealed class HostileSafetensorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Read_TruncatedAnywhere_IsRefused()
    {
        var file = File(new() { ["a"] = ones(3), ["b"] = ones(2) });
        for (var length = 0; length < file.Length; length++)
        {
            FluentActions.Invoking(() => Safetensors.Read(new MemoryStream(file[..length]))).Should().Throw<InvalidDataException>();
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "its tensors end at 8, but its data has 9 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "its tensors end at 8, but its data has 7 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "`a` of shape [3] and dtype F32 takes 12 bytes, but has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "`a` ends at 0, before it begins at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "`a` begins at 4, and what lies before it ends at 0: a hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "`b` begins at 2, and what lies before it ends at 4: they overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, "`b` begins at 0, and what lies before it ends at 4: they overlap")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "`a` has the unknown dtype F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "`a` of shape [4611686018427387904, 4] has more elements than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "`a` of shape [0, 4611686018427387904, 4] has more elements than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,0]}}""", 0, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}""", 0, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}""", 6, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "`a` lacks a dtype, *")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "`a` lacks a dtype, *")]
    [InlineData("""{"a":[]}""", 0, "`a` lacks a dtype, *")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "`__metadata__` is no object of strings")]
    [InlineData("""{"__metadata__":"a"}""", 0, "`__metadata__` is no object of strings")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "its header is no JSON that the format allows: *")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", 1, "its header is no JSON that the format allows: *")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "its header is no JSON that the format allows: *")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[[1]]],"data_offsets":[0,1]}}""", 1, "*")]
    [InlineData("""{"a":""", 0, "its header is no JSON that the format allows: *")]
    [InlineData("[]", 0, "its header does not begin with `{`")]
    [InlineData(" {}", 0, "its header does not begin with `{`")]
    [InlineData("", 0, "its header does not begin with `{`")]
    public void Read_HostileHeader_IsRefused(string header, int dataLength, string reason)
    {
        var json = Encoding.UTF8.GetBytes(header);
        byte[] file = [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataLength]];
        AssertRefused(file, reason);
    }

    [Fact]
    public void Read_HostileBytes_AreRefused()
    {
        AssertRefused([.. BitConverter.GetBytes(100_000_001L), .. "{}"u8], "its header claims 100000001 bytes, and 100000000 is the limit");
        AssertRefused([.. BitConverter.GetBytes(-1L), .. "{}"u8], "its header claims 18446744073709551615 bytes, and 100000000 is the limit");
        AssertRefused([.. BitConverter.GetBytes(3L), .. "{}"u8], "its header claims 3 bytes, but only 2 follow");
        AssertRefused([1, 2, 3], "it has 3 bytes, and the length of the header alone takes 8");
        byte[] invalid = [.. "{\""u8, 0xFF, .. "\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}"u8];
        AssertRefused([.. BitConverter.GetBytes((long)invalid.Length), .. invalid, 0], "its header is no JSON that the format allows: *");
        var deep = $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{string.Join(',', Enumerable.Repeat(1, 65))}],\"data_offsets\":[0,1]}}}}";
        AssertRefused([.. BitConverter.GetBytes((long)deep.Length), .. Encoding.UTF8.GetBytes(deep), 0], "`a` lacks a dtype, *");
    }

    [Fact]
    public void Read_RandomDamage_IsRefusedOrRead()
    {
        var file = File(new() { ["a"] = ones(3, 2), ["b"] = ones(2, dtype: ScalarType.Int16) });
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var damaged = (byte[])file.Clone();
            damaged[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                Safetensors.Read(new MemoryStream(damaged)).Dispose();
            }
            catch (InvalidDataException)
            {
                // As it should be; any other exception fails the test.
            }
        }
    }

    private static void AssertRefused(byte[] file, string reason) =>
        FluentActions.Invoking(() => Safetensors.Read(new MemoryStream(file))).Should().Throw<InvalidDataException>()
            .WithMessage($"Expected a safetensors stream, but {reason}.");

    private static byte[] File(Dictionary<string, Tensor> tensors)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors);
        return stream.ToArray();
    }
}
