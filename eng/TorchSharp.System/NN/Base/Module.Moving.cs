using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                if (device.type != DeviceType.CUDA) device = new Device(device.type, -1);
                CheckDevice(device.type);
                MoveInPlace(device, dtype);
                _toEpilog(device, dtype, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                if (deviceType != DeviceType.CUDA) deviceIndex = -1;
                if (deviceType == _deviceType && deviceIndex == _deviceIndex) return this;
                CheckDevice(deviceType);
                MoveInPlace(new Device(deviceType, deviceIndex), null);
                _toEpilog(deviceType, deviceIndex, non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                MoveInPlace(null, dtype);
                _toEpilog(dtype, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking)
            {
                _to(other.dtype, non_blocking);
                return _to(other.device_type, other.device_index, non_blocking);
            }

            private static void CheckType(ScalarType dtype)
            {
                if (!IsContinuous(dtype))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
            }

            private static void CheckDevice(DeviceType type)
            {
                if (type == DeviceType.CUDA && !cuda.is_available()) throw new InvalidOperationException("CUDA is not available.");
                InitializeDeviceType(type);
            }

            private static bool IsContinuous(ScalarType dtype) => is_floating_point(dtype) || is_complex(dtype);

            // For the modules that are native in the genuine library: their tensors move, their parameters stay the same objects.
            internal virtual void MoveInPlace(Device? device, ScalarType? dtype) { }

            internal void MoveParametersInPlace(Device? device, ScalarType? dtype)
            {
                using var _ = no_grad();
                foreach (var (_, parameter) in _internal_params)
                {
                    using var moved = parameter.to(dtype ?? parameter.dtype, device ?? parameter.device);
                    parameter.SetData(moved);
                }
            }

            protected void _toEpilog(ScalarType dtype, bool non_blocking) => _toEpilog(dtype, null, non_blocking);

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => _toEpilog(dtype, device, non_blocking);

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);

            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                if (dtype is null && device is null) throw new ArgumentNullException($"{nameof(dtype)} and {nameof(device)} are both null,");
                foreach (var (_, child) in named_children())
                {
                    if (device is null) child._to(dtype!.Value, non_blocking);
                    else if (dtype is null) child._to(device.type, device.index, non_blocking);
                    else child._to(device, dtype.Value, non_blocking);
                }

                var fields = Fields(GetType()).ToDictionary(field => field.ComponentName());
                var properties = GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(property => property.Name);

                foreach (var (component, parameter) in named_parameters(false).ToList())
                {
                    if (!ReplaceParameter(dtype, device, parameter, out var moved)) continue;
                    if (properties.TryGetValue(component, out var property))
                    {
                        property.SetValue(this, moved);
                        continue;
                    }
                    parameter.Dispose();
                    ConditionallyRegisterParameter(component, moved);
                    if (fields.TryGetValue(component, out var field)) field.SetValue(this, moved);
                }
                foreach (var (component, buffer) in named_buffers(false).ToList())
                {
                    if (!ReplaceBuffer(dtype, device, buffer, out var moved)) continue;
                    if (properties.TryGetValue(component, out var property))
                    {
                        property.SetValue(this, moved);
                        continue;
                    }
                    ConditionallyRegisterBuffer(component, moved);
                    if (fields.TryGetValue(component, out var field)) field.SetValue(this, moved);
                }

                if (device is null) return;
                _deviceType = device.type;
                _deviceIndex = device.index;
            }

            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                result = null;
                if (!Differs(buffer, dtype, device)) return false;
                result = buffer.to(TypeAfter(buffer, dtype), device ?? buffer.device, disposeAfter: true).DetachFromDisposeScope();
                return true;
            }

            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                p = null;
                var gradient = param.grad;
                if (!Differs(param, dtype, device) && (gradient is null || !Differs(gradient, dtype, device))) return false;

                using var _ = no_grad(); // the new parameter is a leaf, and the move is no part of a graph
                var type = TypeAfter(param, dtype);
                p = new Parameter(param.to(type, device ?? param.device), param.requires_grad);
                p.DetachFromDisposeScope();
                if (gradient is null) return true;
                using var moved = gradient.to(type, device ?? param.device).with_requires_grad(gradient.requires_grad);
                p.grad = moved;
                return true;
            }

            private static ScalarType TypeAfter(Tensor tensor, ScalarType? dtype) => dtype is { } wanted && IsContinuous(tensor.dtype) ? wanted : tensor.dtype;

            private static bool Differs(Tensor tensor, ScalarType? dtype, Device? device)
                => (dtype is { } type && tensor.dtype != type)
                    || (device is not null && (tensor.device_type != device.type || tensor.device_index != device.index));
        }
    }
}
