// The C side of the binding: ATen operators called by name through libtorch's dispatcher, and what no operator gives.
// A tensor handle is an owned TensorImpl*. A function that can fail returns a negative number or null, and last_error says why.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/version.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

using Impl = c10::TensorImpl;
using at::Tensor;
using torch::autograd::variable_list;

namespace {

thread_local std::string last_error_text;

// ---- errors -------------------------------------------------------------------------------------------------------

template <typename F, typename R>
R guarded(R failure, F&& body) {
  try {
    return body();
  } catch (const c10::Error& e) {
    last_error_text = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error_text = e.what();
  } catch (...) {
    last_error_text = "libtorch threw something that is not an exception";
  }
  return failure;
}

// ---- handles ------------------------------------------------------------------------------------------------------

using ImplPtr = c10::intrusive_ptr<Impl, c10::UndefinedTensorImpl>;

// c10::optional in 1.x, std::optional later.
using OptionalTensor = torch::autograd::optional_variable_list::value_type;

Tensor borrow(Impl* handle) { return handle ? Tensor(ImplPtr::reclaim_copy(handle)) : Tensor(); }

Impl* give(Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

variable_list borrow_all(Impl* const* handles, int64_t count) {
  variable_list tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

c10::Device device_of(int32_t type, int32_t index) {
  return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

// ---- arguments and results of an operator ---------------------------------------------------------------------------

enum Tag : int32_t {
  NONE, DEFAULT, TENSOR, INT, DOUBLE, BOOL, INTS, DOUBLES, BOOLS, TENSORS, STRING, DEVICE, GENERATOR, COMPLEX
};

struct Value {
  int64_t bits;   // the number itself, a handle, or the address of the first element
  int32_t tag;
  int32_t count;  // elements of a list, bytes of a string
};

double as_double(int64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

int64_t as_bits(double value) {
  int64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

struct Operator {
  c10::OperatorHandle handle;
  struct Parameter {
    c10::TypeKind kind;     // of the type without its optional
    c10::TypeKind element;  // of a list
    bool optional_element;
  };
  std::vector<Parameter> parameters;
  std::vector<std::decay_t<decltype(std::declval<c10::Argument>().default_value())>> defaults;

  explicit Operator(c10::OperatorHandle h) : handle(h) {
    for (const auto& argument : h.schema().arguments()) {
      c10::TypePtr type = argument.type();
      if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
      Parameter p{type->kind(), c10::TypeKind::AnyType, false};
      if (auto list = type->cast<c10::ListType>()) {
        c10::TypePtr element = list->getElementType();
        if (auto optional = element->cast<c10::OptionalType>()) {
          p.optional_element = true;
          element = optional->getElementType();
        }
        p.element = element->kind();
      }
      parameters.push_back(p);
      defaults.push_back(argument.default_value());
    }
  }
};

template <typename T>
c10::List<T> list_of(const T* first, int32_t count) {
  c10::List<T> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; i++) list.push_back(first[i]);
  return list;
}

bool is_list(const Operator::Parameter& p) { return p.kind == c10::TypeKind::ListType; }

c10::IValue number(const Operator::Parameter& p, int64_t value) {
  const auto kind = is_list(p) ? p.element : p.kind;
  if (kind == c10::TypeKind::FloatType) return is_list(p) ? c10::IValue(c10::List<double>({double(value)})) : c10::IValue(double(value));
  if (kind == c10::TypeKind::BoolType) return c10::IValue(value != 0);
  return is_list(p) ? c10::IValue(c10::List<int64_t>({value})) : c10::IValue(value);
}

c10::IValue tensors(const Operator::Parameter& p, Impl* const* handles, int32_t count) {
  if (p.optional_element) {
    c10::List<OptionalTensor> list;
    for (int32_t i = 0; i < count; i++) list.push_back(handles[i] ? OptionalTensor(borrow(handles[i])) : OptionalTensor());
    return list;
  }
  c10::List<Tensor> list;
  for (int32_t i = 0; i < count; i++) list.push_back(borrow(handles[i]));
  return list;
}

c10::IValue to_ivalue(const Operator& op, size_t position, const Value& v) {
  const auto& p = op.parameters[position];
  switch (v.tag) {
    case NONE: return {};
    case TENSOR: {
      auto* handle = reinterpret_cast<Impl*>(v.bits);
      return is_list(p) ? tensors(p, &handle, 1) : c10::IValue(borrow(handle));
    }
    case INT: return number(p, v.bits);
    case DOUBLE: return is_list(p) ? c10::IValue(c10::List<double>({as_double(v.bits)})) : c10::IValue(as_double(v.bits));
    case BOOL: return c10::IValue(v.bits != 0);
    case INTS:
      if (p.element == c10::TypeKind::FloatType) {
        c10::List<double> list;
        for (int32_t i = 0; i < v.count; i++) list.push_back(double(reinterpret_cast<const int64_t*>(v.bits)[i]));
        return list;
      }
      return list_of(reinterpret_cast<const int64_t*>(v.bits), v.count);
    case DOUBLES: return list_of(reinterpret_cast<const double*>(v.bits), v.count);
    case BOOLS: return list_of(reinterpret_cast<const bool*>(v.bits), v.count);
    case TENSORS: return tensors(p, reinterpret_cast<Impl* const*>(v.bits), v.count);
    case STRING: return std::string(reinterpret_cast<const char*>(v.bits), v.count);
    case DEVICE: return device_of(static_cast<int32_t>(v.bits >> 32), static_cast<int32_t>(v.bits));
    case GENERATOR: return *reinterpret_cast<at::Generator*>(v.bits);
    case COMPLEX: return c10::complex<double>(reinterpret_cast<const double*>(v.bits)[0], reinterpret_cast<const double*>(v.bits)[1]);
    default: TORCH_CHECK(false, "unknown argument tag ", v.tag);
  }
}

Value to_value(c10::IValue&& v) {
  if (v.isNone()) return {0, NONE, 0};
  if (v.isTensor()) return {reinterpret_cast<int64_t>(give(std::move(v).toTensor())), TENSOR, 0};
  if (v.isBool()) return {v.toBool(), BOOL, 0};
  if (v.isInt()) return {v.toInt(), INT, 0};
  if (v.isDouble()) return {as_bits(v.toDouble()), DOUBLE, 0};
  if (v.isComplexDouble()) {
    auto* parts = static_cast<double*>(std::malloc(2 * sizeof(double)));
    parts[0] = v.toComplexDouble().real();
    parts[1] = v.toComplexDouble().imag();
    return {reinterpret_cast<int64_t>(parts), COMPLEX, 2};
  }
  TORCH_CHECK(v.isTensorList(), "an operator returned a ", v.tagKind(), ", which has no counterpart here");
  auto list = std::move(v).toTensorVector();
  auto** handles = static_cast<Impl**>(std::malloc(std::max<size_t>(list.size(), 1) * sizeof(Impl*)));
  for (size_t i = 0; i < list.size(); i++) handles[i] = give(std::move(list[i]));
  return {reinterpret_cast<int64_t>(handles), TENSORS, static_cast<int32_t>(list.size())};
}

// ---- differences between libtorch versions --------------------------------------------------------------------------

// _wrap_outputs grew parameters behind its first six in 2.x; whichever this libtorch has are made here.
struct Rest {
  operator std::unordered_set<Impl*>() const { return {}; }
  operator std::function<Tensor(Tensor)>() const { return [](const Tensor& x) { return x.view_as(x); }; }
  operator bool() const { return false; }
};

template <typename R, typename A, typename B, typename C, typename D, typename E, typename F, typename... More>
R wrap_with(R (*wrap)(A, B, C, D, E, F, More...), const variable_list& inputs, const std::unordered_set<Impl*>& non_differentiable,
            const std::unordered_set<Impl*>& dirty, const std::vector<OptionalTensor>& outputs,
            const std::shared_ptr<torch::autograd::Node>& node) {
  torch::autograd::_jvp_fn_t jvp = [](variable_list, variable_list) -> variable_list {
    TORCH_CHECK(false, "forward-mode derivatives of a custom function are not available");
  };
  return wrap(inputs, non_differentiable, dirty, outputs, node, jvp, static_cast<std::decay_t<More>>(Rest())...);
}

// ---- custom autograd functions --------------------------------------------------------------------------------------

// The managed side of a node: backward reads `grads` (handles that become its own) and writes `results` (handles that it gives).
// It returns null, or a message that is freed here.
struct Callbacks {
  char* (*backward)(void* state, Impl** grads, int64_t grad_count, Impl** results, int64_t result_count);
  void (*release)(void* state);
};

Callbacks callbacks{};

struct ManagedNode : torch::autograd::Node {
  ManagedNode(void* state, int64_t inputs) : state(state), inputs(inputs) {}
  ~ManagedNode() override { callbacks.release(state); }

  variable_list apply(variable_list&& grads) override {
    std::vector<Impl*> given;
    for (auto& grad : grads) given.push_back(give(std::move(grad)));
    std::vector<Impl*> results(inputs, nullptr);
    char* message = callbacks.backward(state, given.data(), given.size(), results.data(), inputs);
    variable_list gradients;
    for (auto* result : results) gradients.push_back(result ? Tensor(ImplPtr::reclaim(result)) : Tensor());
    if (message) {
      std::string text(message);
      std::free(message);
      throw std::runtime_error(text);
    }
    return gradients;
  }

  void* state;
  int64_t inputs;
};

using NodePtr = std::shared_ptr<torch::autograd::Node>;

std::unordered_set<Impl*> impls(Impl* const* handles, int64_t count) { return {handles, handles + count}; }

}  // namespace

// ---- operators --------------------------------------------------------------------------------------------------------

API const char* ts_last_error() { return last_error_text.c_str(); }

API const char* ts_version() { return TORCH_VERSION; }

API void ts_free(void* memory) { std::free(memory); }

API Operator* ts_operator(const char* name, const char* overload) {
  return guarded(static_cast<Operator*>(nullptr), [&] {
    return new Operator(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
  });
}

// Trailing arguments that are not given, and DEFAULT ones, take the schema's default. Returns the number of results.
API int32_t ts_call(const Operator* op, const Value* arguments, int32_t count, Value* results, int32_t capacity) {
  return guarded(-1, [&] {
    static thread_local torch::jit::Stack spare;
    torch::jit::Stack stack = std::move(spare);
    stack.clear();
    const auto& name = op->handle.operator_name();
    const auto wanted = static_cast<int32_t>(op->parameters.size());
    TORCH_CHECK(count <= wanted, name, " takes ", wanted, " arguments, not ", count);
    for (int32_t i = 0; i < wanted; i++) {
      if (i < count && arguments[i].tag != DEFAULT) {
        stack.push_back(to_ivalue(*op, i, arguments[i]));
        continue;
      }
      TORCH_CHECK(op->defaults[i].has_value(), name, " needs a value for '", op->handle.schema().arguments()[i].name(), "'");
      stack.push_back(*op->defaults[i]);
    }
    op->handle.callBoxed(&stack);
    TORCH_CHECK(stack.size() <= static_cast<size_t>(capacity), name, " gave ", stack.size(), " results where ", capacity, " were expected");
    const auto given = static_cast<int32_t>(stack.size());
    for (int32_t i = 0; i < given; i++) results[i] = to_value(std::move(stack[i]));
    stack.clear();
    spare = std::move(stack);
    return given;
  });
}

// ---- tensors ----------------------------------------------------------------------------------------------------------

API void ts_tensor_release(Impl* handle) { ImplPtr::reclaim(handle); }

API Impl* ts_tensor_share(Impl* handle) { return give(borrow(handle)); }

API int64_t ts_tensor_dim(Impl* t) { return t->dim(); }
API int64_t ts_tensor_numel(Impl* t) { return t->numel(); }
API int64_t ts_tensor_element_size(Impl* t) { return static_cast<int64_t>(t->itemsize()); }
API int32_t ts_tensor_dtype(Impl* t) { return static_cast<int32_t>(c10::typeMetaToScalarType(t->dtype())); }
API int32_t ts_tensor_layout(Impl* t) { return static_cast<int32_t>(t->layout()); }
API int32_t ts_tensor_device_type(Impl* t) { return static_cast<int32_t>(t->device().type()); }
API int32_t ts_tensor_device_index(Impl* t) { return static_cast<int32_t>(t->device().index()); }
API int64_t ts_tensor_storage_offset(Impl* t) { return t->storage_offset(); }
API bool ts_tensor_is_contiguous(Impl* t) { return t->is_contiguous(); }
API void ts_tensor_sizes(Impl* t, int64_t* sizes) { std::copy(t->sizes().begin(), t->sizes().end(), sizes); }
API void ts_tensor_strides(Impl* t, int64_t* strides) { std::copy(t->strides().begin(), t->strides().end(), strides); }

API void* ts_tensor_data(Impl* t) {
  return guarded(static_cast<void*>(nullptr), [&] { return borrow(t).data_ptr(); });
}

API bool ts_tensor_is_leaf(Impl* t) { return borrow(t).is_leaf(); }
API bool ts_tensor_requires_grad(Impl* t) { return borrow(t).requires_grad(); }

API int32_t ts_tensor_set_requires_grad(Impl* t, bool value) {
  return guarded(-1, [&] { borrow(t).set_requires_grad(value); return 0; });
}

API int32_t ts_tensor_retain_grad(Impl* t) {
  return guarded(-1, [&] { borrow(t).retain_grad(); return 0; });
}

API Impl* ts_tensor_grad(Impl* t) {
  return guarded(static_cast<Impl*>(nullptr), [&] { return give(borrow(t).grad()); });
}

API int32_t ts_tensor_set_grad(Impl* t, Impl* grad) {
  return guarded(-1, [&] { borrow(t).mutable_grad() = borrow(grad); return 0; });
}

API int32_t ts_tensor_set_data(Impl* t, Impl* data) {
  return guarded(-1, [&] { borrow(t).set_data(borrow(data)); return 0; });
}

// A tensor over memory that is not libtorch's; `release(state)` is called when the last user of it is gone.
API Impl* ts_tensor_from_memory(void* data, const int64_t* sizes, int64_t dim, int32_t dtype, void* state, void (*release)(void* state)) {
  return guarded(static_cast<Impl*>(nullptr), [&] {
    return give(at::from_blob(data, at::IntArrayRef(sizes, dim), [=](void*) { release(state); },
                              at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype))));
  });
}

// The bytes that torch.save writes for a tensor; freed with ts_free.
API int64_t ts_tensor_save(Impl* t, char** bytes) {
  return guarded(int64_t(-1), [&] {
    auto data = torch::jit::pickle_save(borrow(t));
    *bytes = static_cast<char*>(std::malloc(std::max<size_t>(data.size(), 1)));
    std::copy(data.begin(), data.end(), *bytes);
    return static_cast<int64_t>(data.size());
  });
}

API Impl* ts_tensor_load(const char* bytes, int64_t count) {
  return guarded(static_cast<Impl*>(nullptr), [&] {
    return give(torch::jit::pickle_load(std::vector<char>(bytes, bytes + count)).toTensor());
  });
}

// ---- autograd ---------------------------------------------------------------------------------------------------------

API bool ts_grad_mode() { return at::GradMode::is_enabled(); }
API void ts_set_grad_mode(bool enabled) { at::GradMode::set_enabled(enabled); }
API bool ts_inference_mode() { return c10::InferenceMode::is_enabled(); }
API void* ts_inference_guard(bool mode) { return new c10::InferenceMode(mode); }
API void ts_inference_unguard(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }
API bool ts_anomaly_mode() { return torch::autograd::AnomalyMode::is_enabled(); }
API bool ts_anomaly_checks_nan() { return torch::autograd::AnomalyMode::should_check_nan(); }
API void ts_set_anomaly_mode(bool enabled, bool check_nan) { torch::autograd::AnomalyMode::set_enabled(enabled, check_nan); }

API int32_t ts_backward(Impl* const* roots, int64_t root_count, Impl* const* grads, int64_t grad_count, bool retain_graph, bool create_graph,
                        Impl* const* inputs, int64_t input_count) {
  return guarded(-1, [&] {
    torch::autograd::backward(borrow_all(roots, root_count), borrow_all(grads, grad_count), retain_graph, create_graph,
                              borrow_all(inputs, input_count));
    return 0;
  });
}

API int32_t ts_grad(Impl* const* outputs, int64_t output_count, Impl* const* inputs, int64_t input_count, Impl* const* grads, int64_t grad_count,
                    bool retain_graph, bool create_graph, bool allow_unused, Impl** results) {
  return guarded(-1, [&] {
    auto given = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count), borrow_all(grads, grad_count),
                                       retain_graph, create_graph, allow_unused);
    for (size_t i = 0; i < given.size(); i++) results[i] = give(std::move(given[i]));
    return 0;
  });
}

API void ts_node_callbacks(decltype(Callbacks::backward) backward, decltype(Callbacks::release) release) { callbacks = {backward, release}; }

// A node of the graph whose backward is managed; `state` is released with it.
API NodePtr* ts_node_new(void* state, Impl* const* inputs, int64_t count, bool executable) {
  return guarded(static_cast<NodePtr*>(nullptr), [&] {
    NodePtr node(new ManagedNode(state, count), torch::autograd::deleteNode);
    if (executable) node->set_next_edges(torch::autograd::collect_next_edges(borrow_all(inputs, count)));
    node->clear_input_metadata();
    return new NodePtr(std::move(node));
  });
}

API void ts_node_release(NodePtr* node) { delete node; }

API int32_t ts_node_wrap_outputs(NodePtr* node, bool executable, Impl* const* inputs, int64_t input_count, Impl* const* non_differentiable,
                                 int64_t non_differentiable_count, Impl* const* dirty, int64_t dirty_count, Impl* const* outputs,
                                 int64_t output_count, Impl** results) {
  return guarded(-1, [&] {
    std::vector<OptionalTensor> raw;
    for (int64_t i = 0; i < output_count; i++) raw.emplace_back(borrow(outputs[i]));
    for (int64_t i = 0; i < dirty_count; i++) dirty[i]->bump_version();
    auto wrapped = wrap_with(&torch::autograd::_wrap_outputs, borrow_all(inputs, input_count), impls(non_differentiable, non_differentiable_count),
                             impls(dirty, dirty_count), raw, executable ? *node : NodePtr());
    for (size_t i = 0; i < wrapped.size(); i++) results[i] = wrapped[i].has_value() ? give(std::move(*wrapped[i])) : nullptr;
    return 0;
  });
}

API torch::autograd::SavedVariable* ts_saved_new(Impl* tensor, NodePtr* node) {
  return guarded(static_cast<torch::autograd::SavedVariable*>(nullptr), [&] {
    auto variable = borrow(tensor);
    const bool is_output = variable.grad_fn() == *node;
    return new torch::autograd::SavedVariable(variable, is_output);
  });
}

// `node` is the node that saved the tensor: an output was saved without it, since it would hold itself.
API Impl* ts_saved_unpack(torch::autograd::SavedVariable* saved, torch::autograd::Node* node) {
  return guarded(static_cast<Impl*>(nullptr), [&] { return give(saved->unpack(node ? node->shared_from_this() : nullptr)); });
}

API torch::autograd::Node* ts_node_get(NodePtr* node) { return node->get(); }

API void ts_saved_release(torch::autograd::SavedVariable* saved) { delete saved; }

// ---- generators -------------------------------------------------------------------------------------------------------

API at::Generator* ts_generator_default(int32_t device_type, int32_t device_index) {
  return guarded(static_cast<at::Generator*>(nullptr), [&] {
    const auto device = device_of(device_type, device_index);
    if (!device.is_cpu()) at::empty({0}, at::TensorOptions().device(device));  // a device's generators appear with its first use
    return new at::Generator(at::globalContext().defaultGenerator(device));
  });
}

API at::Generator* ts_generator_new(uint64_t seed, int32_t device_type, int32_t device_index) {
  return guarded(static_cast<at::Generator*>(nullptr), [&] {
    const auto device = device_of(device_type, device_index);
    if (device.is_cpu()) return new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed));
    at::empty({0}, at::TensorOptions().device(device));
    auto generator = at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(seed);
    return new at::Generator(std::move(generator));
  });
}

API void ts_generator_release(at::Generator* g) { delete g; }

API int32_t ts_generator_set_seed(at::Generator* g, uint64_t seed) {
  return guarded(-1, [&] {
    std::lock_guard<std::mutex> lock(g->mutex());
    g->set_current_seed(seed);
    return 0;
  });
}

API uint64_t ts_generator_seed(at::Generator* g) {
  std::lock_guard<std::mutex> lock(g->mutex());
  return g->current_seed();
}

API Impl* ts_generator_get_state(at::Generator* g) {
  return guarded(static_cast<Impl*>(nullptr), [&] {
    std::lock_guard<std::mutex> lock(g->mutex());
    return give(g->get_state());
  });
}

API int32_t ts_generator_set_state(at::Generator* g, Impl* state) {
  return guarded(-1, [&] {
    std::lock_guard<std::mutex> lock(g->mutex());
    g->set_state(borrow(state));
    return 0;
  });
}


// ---- devices and threads ----------------------------------------------------------------------------------------------

API int32_t ts_cuda_device_count() {
  return guarded(0, [&] {
    if (!at::hasCUDA()) return 0;
    return static_cast<int32_t>(c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->deviceCount());
  });
}

API int32_t ts_cuda_synchronize(int32_t index) {
  return guarded(-1, [&] {
    const auto device = index >= 0 ? index : c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getDevice().index();
    at::detail::getCUDAHooks().deviceSynchronize(device);
    return 0;
  });
}

API bool ts_cudnn_available() { return guarded(false, [&] { return at::hasCUDA() && at::detail::getCUDAHooks().hasCuDNN(); }); }
API bool ts_allow_tf32_cublas() { return at::globalContext().allowTF32CuBLAS(); }
API void ts_set_allow_tf32_cublas(bool value) { at::globalContext().setAllowTF32CuBLAS(value); }
API bool ts_allow_tf32_cudnn() { return at::globalContext().allowTF32CuDNN(); }
API void ts_set_allow_tf32_cudnn(bool value) { at::globalContext().setAllowTF32CuDNN(value); }

API int32_t ts_num_threads() { return at::get_num_threads(); }
API void ts_set_num_threads(int32_t count) { at::set_num_threads(count); }
API int32_t ts_num_interop_threads() { return at::get_num_interop_threads(); }
API int32_t ts_set_num_interop_threads(int32_t count) {
  return guarded(-1, [&] { at::set_num_interop_threads(count); return 0; });
}
