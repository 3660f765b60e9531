using System.Globalization;
using System.Net;
using TorchSharp.Utils;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class utils
        {
            public static partial class tensorboard
            {
                public static Modules.SummaryWriter SummaryWriter(string? log_dir = null, string? filename_suffix = null, bool createRunName = false)
                {
                    bool isGiven = !string.IsNullOrEmpty(log_dir);
                    string folder = isGiven ? log_dir! : "runs";
                    return new Modules.SummaryWriter(isGiven && !createRunName ? folder : Path.Combine(folder, RunName(DateTime.Now)), filename_suffix);
                }

                // Nov5_9-3-7_host, without leading zeros.
                private static string RunName(DateTime now) =>
                    string.Create(CultureInfo.InvariantCulture, $"{now:MMM}{now.Day}_{now.Hour}-{now.Minute}-{now.Second}_{Dns.GetHostName()}");
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public class SummaryWriter
    {
        private readonly string _path;

        internal SummaryWriter(string folder, string? suffix)
        {
            LogDir = folder;
            Directory.CreateDirectory(folder);

            // TorchSharp counts the writer's own files, of which the first is the only one here.
            string name = $"events.out.tfevents.{DateTime.Now.Ticks}.{Dns.GetHostName()}.{Environment.ProcessId}.1";
            _path = Path.Combine(folder, string.IsNullOrEmpty(suffix) ? name : $"{name}.{suffix}");
            File.Delete(_path);
            Begin();
        }

        public string LogDir { get; }

        public void add_scalar(string tag, float scalar_value, int global_step, long? walltime = null)
        {
            ArgumentNullException.ThrowIfNull(tag);
            if (!File.Exists(_path)) Begin();
            EventFile.Append(_path, EventFile.Scalar(walltime ?? DateTimeOffset.Now.ToUnixTimeSeconds(), global_step, tag, scalar_value));
        }

        // The first event's time is in ticks, as TorchSharp has it, although all others are in seconds.
        private void Begin() => EventFile.Append(_path, EventFile.Version(DateTime.Now.Ticks));
    }
}
