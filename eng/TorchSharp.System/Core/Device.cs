using System.Globalization;

namespace TorchSharp;

public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    MKLDNN = 2,
    OPENGL = 3,
    OPENCL = 4,
    IDEEP = 5,
    HIP = 6,
    FPGA = 7,
    MSNPU = 8,
    XLA = 9,
    MPS = 13,
    META = 14,
}

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);

    private static Device s_defaultDevice = CPU;

    public static Device CUDA => InitializeDevice(new Device(DeviceType.CUDA));

    public static Device device(string description) => InitializeDevice(new Device(description));
    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(int index) => new(index);

    public static Device get_default_device() => s_defaultDevice;

    public static void set_default_device(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        s_defaultDevice = device;
    }

    public static void set_default_device(string device) => set_default_device(new Device(device));

    public static Device InitializeDevice(Device? device)
    {
        device ??= get_default_device();
        InitializeDeviceType(device.type);
        return device;
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType switch
    {
        DeviceType.CUDA => cuda.is_available(),
        DeviceType.MPS => false,
        _ => true,
    };

    public class Device
    {
        public Device(string description)
        {
            var parts = description.Split(':');
            type = Enum.Parse<DeviceType>(parts[0].ToUpperInvariant());
            if (parts.Length > 1) index = int.Parse(parts[1], CultureInfo.InvariantCulture);
        }

        public Device(string deviceType, int index = -1) : this(Enum.Parse<DeviceType>(deviceType.ToUpperInvariant()), index) { }

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(int index) : this(DeviceType.CUDA, index) { }

        public DeviceType type { get; } = DeviceType.CPU;
        public int index { get; } = -1;

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            var name = type.ToString().ToLowerInvariant();
            return type == DeviceType.CPU || index == -1 ? name : $"{name}:{index}";
        }
    }

    public static class cuda
    {
        private static readonly int s_count = Native.ts_cuda_device_count();

        public static bool is_available() => s_count > 0;

        public static bool is_cudnn_available() => Native.ts_cudnn_available() != 0;

        public static int device_count() => s_count;

        public static void manual_seed(long seed) => Seed(seed, -1);

        public static void manual_seed_all(long seed)
        {
            for (var i = 0; i < s_count; i++) Seed(seed, i);
        }

        public static void synchronize(Device? device = null)
        {
            TryInitializeDeviceType(device?.type ?? DeviceType.CUDA);
            Native.Check(Native.ts_cuda_synchronize(device?.index ?? -1));
        }

        private static void Seed(long seed, int index)
        {
            if (!is_available()) return;
            var generator = Native.NotNull(Native.ts_generator_default((int)DeviceType.CUDA, index));
            Native.Check(Native.ts_generator_set_seed(generator, (ulong)seed));
            Native.ts_generator_release(generator);
        }
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => Native.ts_allow_tf32_cublas() != 0;
                    set => Native.ts_set_allow_tf32_cublas(Native.Flag(value));
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => Native.ts_allow_tf32_cudnn() != 0;
                set => Native.ts_set_allow_tf32_cudnn(Native.Flag(value));
            }
        }
    }
}
