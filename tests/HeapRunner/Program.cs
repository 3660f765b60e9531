// What a test starts, for what it changes holds for a whole process: HeapRunner as-it-is|kept. Prints how many pages tensors of 64 MiB make fresh,
// one after the other, once there has been one.
using System.Globalization;
using SelfSupervised.Core;
using static TorchSharp.torch;

if (args[0] == "kept" && !NativeHeap.TryKeepFreedMemory())
{
    return 1;
}

ones(16 << 20).Dispose();
var before = Faults();
for (var i = 0; i < 50; i++)
{
    ones(16 << 20).Dispose();
}

Console.WriteLine(Faults() - before);
return 0;

// Minor faults, the eighth number after the name in parentheses; see proc(5).
static long Faults()
{
    var line = File.ReadAllText("/proc/self/stat");
    return long.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
}
