// What an Invoke calls, written down instead of computed: lib/tflm as it is, over kernels that note
// their arguments. Linked in front of lib/nn, whose functions of the same names it takes the place
// of; the arguments are therefore those that the interpreter would have passed on the device, by
// construction. What lib/tflm does once a function of one element (RELU, LOGISTIC, ...) is made a
// table runs for real, and the table is noted. Called through ctypes by codegen/aot/recording.py.

#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "all_ops.h"
#include "nn/add_n_s8.h"
#include "nn/add_s8.h"
#include "nn/arg_max_s8.h"
#include "nn/arithmetic_s32.h"
#include "nn/batch_matmul_s16.h"
#include "nn/batch_matmul_s8.h"
#include "nn/binary_s16.h"
#include "nn/broadcast_shapes.h"
#include "nn/cast.h"
#include "nn/clamp_s8.h"
#include "nn/compare.h"
#include "nn/conv_s16.h"
#include "nn/conv_s8.h"
#include "nn/copy.h"
#include "nn/cumsum_s8.h"
#include "nn/depthwise_conv_s16.h"
#include "nn/depthwise_conv_s8.h"
#include "nn/div_s8.h"
#include "nn/extremum_s8.h"
#include "nn/fast_channel.h"
#include "nn/float_arg_max.h"
#include "nn/float_batch_matmul.h"
#include "nn/float_binary.h"
#include "nn/float_conv.h"
#include "nn/float_curves.h"
#include "nn/float_edge.h"
#include "nn/float_pad.h"
#include "nn/float_pool.h"
#include "nn/float_reduce.h"
#include "nn/float_resize.h"
#include "nn/float_softmax.h"
#include "nn/float_sums.h"
#include "nn/float_transpose_conv.h"
#include "nn/float_unary.h"
#include "nn/fully_connected_s16.h"
#include "nn/fully_connected_s8.h"
#include "nn/gather.h"
#include "nn/gather_nd.h"
#include "nn/isa.h"
#include "nn/l2_normalize_s8.h"
#include "nn/log_softmax_s8.h"
#include "nn/logical.h"
#include "nn/lstm_s16.h"
#include "nn/lstm_s8.h"
#include "nn/mirror_pad.h"
#include "nn/mul_s8.h"
#include "nn/pad_s16.h"
#include "nn/pad_s8.h"
#include "nn/pool_s16.h"
#include "nn/pool_s8.h"
#include "nn/prelu_s8.h"
#include "nn/reduce_s16.h"
#include "nn/reduce_s8.h"
#include "nn/requantize_s8.h"
#include "nn/resize_s8.h"
#include "nn/rsqrt_s8.h"
#include "nn/select.h"
#include "nn/softmax_s16.h"
#include "nn/softmax_s8.h"
#include "nn/space_batch.h"
#include "nn/squared_difference_s8.h"
#include "nn/svdf_s8.h"
#include "nn/table_s8.h"
#include "nn/transpose_conv_s16.h"
#include "nn/transpose_conv_s8.h"
#include "nn/unary_s16.h"
#include "nn/update_slice.h"
#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/kernels/subgraph.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/op.h"
#include "tensorflow/lite/micro/variables.h"

namespace nn {
Isa g_plan_isa = Isa::kScalar;
}

namespace {

std::string g_log;
std::string g_json;
bool g_recording = false;

// Where a pointer may lead to.
const uint8_t* g_model;
size_t g_model_bytes;
const uint8_t* g_arena;
size_t g_arena_bytes;
size_t g_persistent_bytes;  // at its start, the interpreter's own: ops' parameters, say

uint32_t VectorCount(const uint8_t* first) {  // a flatbuffer's vector has it before its elements
  uint32_t count;
  std::memcpy(&count, first - sizeof(count), sizeof(count));
  return count;
}

// ---- what an argument is, as JSON; codegen/aot/recording.py says what each form means

void Put(const char* text) { g_json += text; }
void Put(const std::string& text) { g_json += text; }

void PutText(const std::string& cpp) { Put("{\"text\": \"" + cpp + "\"}"); }

template <typename T>
constexpr const char* TypeName() {
  using Plain = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<Plain, uint32_t>) {
    return "uint32_t";
  } else if constexpr (std::is_same_v<Plain, int32_t>) {
    return "int32_t";
  } else if constexpr (std::is_same_v<Plain, uint16_t>) {
    return "uint16_t";
  } else if constexpr (std::is_same_v<Plain, uint8_t>) {
    return "uint8_t";
  } else if constexpr (std::is_same_v<Plain, int16_t>) {
    return "int16_t";
  } else if constexpr (std::is_same_v<Plain, int64_t>) {
    return "int64_t";
  } else {
    return std::is_void_v<Plain> ? "void" : "int8_t";
  }
}

// `count`: of elements, where it is neither in the arena nor a whole vector of the model.
template <typename T>
void PutPointer(T* pointer, uint32_t count = 0) {
  const auto* const at = reinterpret_cast<const uint8_t*>(pointer);
  constexpr const char* kType = TypeName<T>();
  size_t size = 1;
  if constexpr (!std::is_void_v<T>) {
    size = sizeof(T);
  }
  if (!pointer || at == g_arena) {  // an op without scratch: no tensor lies at the arena's start
    PutText("nullptr");
  } else if (at >= g_arena && at < g_arena + g_arena_bytes && count == 0) {
    Put("{\"arena\": " + std::to_string(at - g_arena) + ", \"type\": \"" + kType +
        "\", \"written\": " + (std::is_const_v<T> ? "false" : "true") + "}");
  } else if (at >= g_model && at < g_model + g_model_bytes) {
    using Plain = std::remove_cv_t<T>;
    const bool is_bytes =  // a buffer
        size == 1 || std::is_same_v<Plain, int16_t> || std::is_same_v<Plain, int32_t> ||
        std::is_same_v<Plain, int64_t>;
    const size_t bytes = count ? count * size : VectorCount(at) * (is_bytes ? 1 : size);
    Put("{\"model\": " + std::to_string(at - g_model) + ", \"type\": \"" + kType +
        "\", \"bytes\": " + std::to_string(bytes) + "}");
  } else {
    Put(std::string("{\"bytes\": \""));
    for (size_t i = 0; i < (count ? count : 1) * size; ++i) {
      constexpr char kHex[] = "0123456789abcdef";
      g_json += kHex[at[i] >> 4];
      g_json += kHex[at[i] & 15];
    }
    Put(std::string("\", \"type\": \"") + kType + "\"}");
  }
}

// Of a struct: each field with its name. A field too many or too few does not compile.
class Fields {
 public:
  explicit Fields(const char* type) {
    Put(std::string("{\"struct\": \"") + type + "\", \"fields\": [");
  }
  ~Fields() { Put("]}"); }
  template <typename Body>
  void Add(const std::string& name, Body body) {
    Put(first_ ? "" : ", ");
    first_ = false;
    Put("[\"" + name + "\", ");
    body();
    Put("]");
  }

 private:
  bool first_ = true;
};

// An enumeration's name is not known here; its value is.
#define ENUM(Type)                                                                          \
  void PutValue(nn::Type value) {                                                           \
    PutText("static_cast<nn::" #Type ">(" + std::to_string(static_cast<int>(value)) + ")"); \
  }
ENUM(Comparison)
ENUM(Compared)
ENUM(Logic)
ENUM(CastType)
ENUM(FloatCurve)
ENUM(FloatFunction)
ENUM(FloatOperation)
ENUM(FloatPooling)

template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
void PutValue(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    PutText(value ? "true" : "false");
  } else if constexpr (std::is_same_v<T, int32_t>) {
    PutText(value == INT32_MIN ? "INT32_MIN" : std::to_string(value));
  } else if constexpr (std::is_same_v<T, uint32_t>) {
    PutText(std::to_string(value) + (value > INT32_MAX ? "u" : ""));
  } else {
    PutText(std::to_string(value));
  }
}

template <typename T, size_t kCount>
void PutValue(const T (&array)[kCount]);

// The names of a struct's fields, in order, for FIELDS: structured bindings hold their number.
#define ADD(name) fields.Add(#name, [&] { PutValue(name); });
#define EACH1(m, a) m(a)
#define EACH2(m, a, ...) m(a) EACH1(m, __VA_ARGS__)
#define EACH3(m, a, ...) m(a) EACH2(m, __VA_ARGS__)
#define EACH4(m, a, ...) m(a) EACH3(m, __VA_ARGS__)
#define EACH5(m, a, ...) m(a) EACH4(m, __VA_ARGS__)
#define EACH6(m, a, ...) m(a) EACH5(m, __VA_ARGS__)
#define EACH7(m, a, ...) m(a) EACH6(m, __VA_ARGS__)
#define EACH8(m, a, ...) m(a) EACH7(m, __VA_ARGS__)
#define FIELDS(Type, count, ...)         \
  void PutValue(const nn::Type& value) { \
    const auto& [__VA_ARGS__] = value;   \
    Fields fields("nn::" #Type);         \
    EACH##count(ADD, __VA_ARGS__)        \
  }

FIELDS(Requant, 2, multiplier, shift)
FIELDS(FullyConnectedParams, 7, batches, in_features, out_features, in_zero_point, out_zero_point,
       out_min, out_max)
FIELDS(AddParams, 6, multiplier, shift, in_zero_point, out_zero_point, out_min, out_max)
FIELDS(MulParams, 5, requant, in_zero_point, out_zero_point, out_min, out_max)
FIELDS(PreluParams, 5, positive, negative, in_zero_point, alpha_zero_point, out_zero_point)
FIELDS(BroadcastAxis, 2, extent, step)
FIELDS(ArithmeticParams, 2, out_min, out_max)
FIELDS(SoftmaxParams, 5, rows, depth, input, diff_min, out_bits)
FIELDS(LogSoftmaxParams, 5, rows, depth, input, reverse, diff_min)
FIELDS(PadParams, 3, in_extent, before, after)
FIELDS(StridedCopy, 4, extent, step, start, element_bytes)
FIELDS(GatherParams, 5, batches, rows, extent, picks, run_bytes)
FIELDS(ReduceParams, 5, extent, requant, reduced, in_zero_point, out_zero_point)
FIELDS(ClampParams, 2, min, max)
FIELDS(RequantizeWideParams, 6, requant, count, in_zero_point, out_zero_point, in_bytes, out_bytes)
FIELDS(FloatEdgeParams, 5, scale_bits, count, zero_point, bytes, flip)
FIELDS(ArgMaxParams, 4, outer, extent, inner, flipped)
FIELDS(MirrorPadParams, 5, in_extent, out_extent, before, skipped, element_bytes)
FIELDS(SquaredDifferenceParams, 4, in, out, in_zero_point, out_zero_point)
FIELDS(CompareParams, 4, requant, zero_point, comparison, type)
FIELDS(SelectParams, 3, extent, step, element_bytes)
FIELDS(CastParams, 3, count, from, to)
FIELDS(GatherNdParams, 4, picks, depth, extent, slice_bytes)
FIELDS(DivParams, 5, requant, in_zero_point, out_zero_point, out_min, out_max)
FIELDS(AddNParams, 4, count, requant, in_zero_point, out_zero_point)
FIELDS(CumsumShape, 5, outer, extent, inner, exclusive, reverse)
FIELDS(CumsumParams, 4, shape, requant, in_zero_point, out_zero_point)
FIELDS(L2NormalizeParams, 3, rows, depth, in_zero_point)
FIELDS(FloatBinaryParams, 3, low, high, operation)
FIELDS(UpdateSliceParams, 4, extent, box, rank, element_bytes)
FIELDS(RsqrtParams, 4, count, requant, in_zero_point, out_zero_point)

// Not by FIELDS: 22 of them, each with its line of macros, would be harder to read.
void PutValue(const nn::ConvParams& value) {
  const auto& [batches, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, filter_c,
               stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left, in_zero_point,
               out_zero_point, out_min, out_max] = value;
  Fields fields("nn::ConvParams");
  EACH7(ADD, batches, in_h, in_w, in_c, out_h, out_w, out_c)
  EACH7(ADD, kernel_h, kernel_w, filter_c, stride_h, stride_w, dilation_h, dilation_w)
  EACH6(ADD, pad_top, pad_left, in_zero_point, out_zero_point, out_min, out_max)
}

FIELDS(MatMulShape, 7, rows, depth, columns, left_row_step, left_depth_step, right_depth_step,
       right_column_step)
FIELDS(BatchMatMulParams, 5, shape, requant, left_zero_point, right_zero_point, out_zero_point)
FIELDS(BatchMatMulS16Params, 2, shape, requant)
FIELDS(FloatConvParams, 7, shape, low, high, group, depth, channel_step, tap_step)
FIELDS(FloatTransposeConvParams, 3, shape, low, high)
FIELDS(FloatSoftmaxParams, 3, rows, depth, beta)
FIELDS(FloatPoolParams, 4, shape, low, high, pooling)

void PutValue(const nn::SpaceBatch& value) {
  const auto& [batches, space_h, space_w, batch_h, batch_w, block_h, block_w, before_h, before_w,
               run] = value;
  Fields fields("nn::SpaceBatch");
  EACH5(ADD, batches, space_h, space_w, batch_h, batch_w)
  EACH5(ADD, block_h, block_w, before_h, before_w, run)
}

FIELDS(ConvS16Params, 3, shape, out_min, out_max)
FIELDS(FullyConnectedS16Params, 5, batches, in_features, out_features, out_min, out_max)
FIELDS(AddS16Params, 4, in, out, out_min, out_max)
FIELDS(MulS16Params, 3, requant, out_min, out_max)
FIELDS(SquaredDifferenceS16Params, 2, in, out)
FIELDS(RangeS16, 2, min, max)
FIELDS(LeakyReluS16Params, 3, positive, negative, alpha_sign)
FIELDS(SoftmaxS16Params, 3, rows, depth, input)
FIELDS(SigmoidScaleS16, 2, multiplier, right)

void PutValue(const nn::Broadcast& value) {
  Fields fields("nn::Broadcast");
  fields.Add("axes", [&] { PutValue(value.axes); });
  fields.Add("axis", [&] {
    Fields axes("");  // those beyond `axes` have no memory
    for (uint32_t i = 0; i < value.axes; ++i) {
      axes.Add("", [&] { PutValue(value.axis[i]); });
    }
  });
}

void PutValue(const nn::ResizeParams& value) {
  const auto& [batches, channels, axis, align_corners, half_pixel_centers] = value;
  Fields fields("nn::ResizeParams");
  EACH2(ADD, batches, channels)
  fields.Add("axis", [&, &axis = axis] {
    Fields axes("");
    for (const auto& one : axis) {
      axes.Add("", [&] {
        const auto& [in, out] = one;
        Fields fields("");
        EACH2(ADD, in, out)
      });
    }
  });
  EACH2(ADD, align_corners, half_pixel_centers)
}

// A Scale differs between cores; MakeScale is constexpr on all of them.
void PutValue(const nn::Scale& scale) {
  PutText("nn::MakeScale(" + std::to_string(scale.mantissa) + ", " +
          std::to_string(scale.exponent) + ")");
}

void PutValue(const nn::ChannelScales& value) {
  const auto& [filter_scales, step, input, output] = value;
  Fields fields("nn::ChannelScales");
  fields.Add("filter_scales", [&, &filter_scales = filter_scales, &step = step] {
    PutPointer(filter_scales, step ? 0 : 1);
  });
  EACH3(ADD, step, input, output)
}

void PutValue(const nn::ChannelScales* scales) {
  if (scales) {
    Put("{\"address\": ");
    PutValue(*scales);
    Put("}");
  } else {
    PutText("nullptr");
  }
}

FIELDS(LstmFactors, 2, input, hidden)

void PutValue(const nn::SvdfParams& value) {
  const auto& [batches, features, units, rank, memory, feature, time, in_zero_point,
               state_zero_point, out_zero_point] = value;
  Fields fields("nn::SvdfParams");
  EACH5(ADD, batches, features, units, rank, memory)
  EACH5(ADD, feature, time, in_zero_point, state_zero_point, out_zero_point)
}

void PutValue(const nn::LstmParams& value) {
  const auto& [batches, steps, features, units, batch_step, time_step, gates, forget_cell,
               input_cell, hidden, cell_scale, cell_clip, in_zero_point, hidden_zero_point] = value;
  Fields fields("nn::LstmParams");
  EACH6(ADD, batches, steps, features, units, batch_step, time_step)
  EACH8(ADD, gates, forget_cell, input_cell, hidden, cell_scale, cell_clip, in_zero_point,
        hidden_zero_point)
}

FIELDS(LstmWeights, 3, input, hidden, bias)
FIELDS(LstmS16Weights, 3, input, hidden, bias)

void PutValue(nn::Extremum which) {
  PutText(which == nn::Extremum::kMaximum ? "nn::Extremum::kMaximum" : "nn::Extremum::kMinimum");
}

void PutValue(nn::Arithmetic op) {
  constexpr const char* kNames[] = {"kAdd", "kSub", "kMul"};
  PutText(std::string("nn::Arithmetic::") + kNames[static_cast<int>(op)]);
}

template <typename T, size_t kCount>
void PutValue(const T (&array)[kCount]) {
  Fields fields("");
  for (const T& one : array) {
    fields.Add("", [&] {
      if constexpr (std::is_pointer_v<T>) {
        PutPointer(one);
      } else {
        PutValue(one);
      }
    });
  }
}

// ---- calls

struct Table {
  const int8_t* values;
};
void PutValue(Table table) { PutPointer(table.values, nn::kTableSize); }

struct OneByte {
  const int8_t* value;
};
void PutValue(OneByte one) {
  const auto* const at = reinterpret_cast<const uint8_t*>(one.value);
  const bool of_params = at >= g_arena && at < g_arena + g_persistent_bytes;
  PutPointer(one.value, of_params ? 1 : 0);
}

struct Span {
  const void* start;
  uint32_t bytes;
};
void PutValue(Span span) {
  const auto* const at = static_cast<const uint8_t*>(span.start);
  PutPointer(span.start, at >= g_model && at < g_model + g_model_bytes ? span.bytes : 0);
}

bool g_first_call;

template <typename T>
void PutArgument(const char* name, const T& value) {
  Put(std::string(", [\"") + name + "\", ");
  if constexpr (std::is_pointer_v<T> && !std::is_same_v<T, const nn::ChannelScales*>) {
    PutPointer(value);
  } else {
    PutValue(value);
  }
  Put("]");
}

#define ARGUMENT(name) PutArgument(#name, name);
// A call of `function`, which `header` declares; `fails`: it returns whether it could compute.
void StartCall(const char* header, const char* function, bool fails) {
  Put(std::string(g_first_call ? "" : ", ") + "[\"" + header + "\", \"" + function + "\", " +
      (fails ? "true" : "false"));
  g_first_call = false;
}
#define RECORD_AS(fails, header, function, count, ...) \
  StartCall(header, function, fails);                  \
  EACH##count(ARGUMENT, __VA_ARGS__) Put("]")
#define RECORD(...) RECORD_AS(false, __VA_ARGS__)
// Of a function that returns whether it could compute.
#define RECORD_CHECKED(...)     \
  RECORD_AS(true, __VA_ARGS__); \
  return true

// Whether is_fast(requant, bias, products) of all channels.
template <class IsFast>
bool AllChannels(const nn::ConvParams& p, const nn::ChannelScales& scales, const int32_t* bias,
                 IsFast is_fast) {
  const auto products = static_cast<uint32_t>(p.kernel_h * p.kernel_w * p.filter_c);
  bool fast = true;
  for (uint32_t c = 0; fast && c < p.out_c; ++c) {
    fast = is_fast(nn::ChannelRequant(scales, c), bias ? bias[c] : 0, products);
  }
  return fast;
}

// What ConvFastS8 asks for.
bool IsAllFast(const nn::ConvParams& p, const nn::ChannelScales& scales, const int32_t* bias) {
  return nn::ConvS8ByPairs(p) && AllChannels(p, scales, bias, nn::IsFast);
}

// What DepthwiseConvFastS8 asks for.
bool IsAllFastDepthwise(const nn::ConvParams& p, const nn::ChannelScales& scales,
                        const int32_t* bias) {
  const auto is_fast = [&p](nn::Requant requant, int32_t channel_bias, uint32_t products) {
    nn::FastChannel made;
    return nn::MakeFastChannel(requant, channel_bias, products, p.out_zero_point, &made);
  };
  return p.filter_c == 1 && AllChannels(p, scales, bias, is_fast);
}

nn::ConvS16Params OfS16(
    nn::ConvS16Params params) {  // whose zero points and int8 range are not used
  params.shape.in_zero_point = params.shape.out_zero_point = 0;
  params.shape.out_min = params.shape.out_max = 0;
  return params;
}

nn::ConvS16Params OfPool(nn::ConvS16Params params) {
  params.shape.filter_c = 0;
  return OfS16(params);
}

nn::ReduceParams OfExtremum(nn::ReduceParams params) {  // which does not rescale
  params.requant = nn::Requant{0, 0};
  return params;
}

nn::ReduceParams OfFloat(nn::ReduceParams params) {
  params.in_zero_point = params.out_zero_point = 0;
  return OfExtremum(params);
}

nn::ConvParams OfPool(nn::ConvParams params) {  // what pools do not use is not set either
  params.filter_c = 0;
  params.in_zero_point = params.out_zero_point = 0;
  return params;
}

}  // namespace

namespace nn {

void ConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  if (IsAllFast(params, scales, bias)) {
    RECORD("nn/conv_s8.h", "nn::ConvFastS8", 7, params, scales, input, filter, bias, output,
           scratch);
  } else {
    RECORD("nn/conv_s8.h", "nn::ConvS8", 7, params, scales, input, filter, bias, output, scratch);
  }
}

void DepthwiseConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const char* const function =
      IsAllFastDepthwise(params, scales, bias) ? "nn::DepthwiseConvFastS8" : "nn::DepthwiseConvS8";
  RECORD("nn/depthwise_conv_s8.h", function, 7, params, scales, input, filter, bias, output,
         scratch);
}

void TransposeConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output) {
  RECORD("nn/transpose_conv_s8.h", "nn::TransposeConvS8", 6, params, scales, input, filter, bias,
         output);
}

void FullyConnectedS8(const FullyConnectedParams& params, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  if (channel_scales) {
    requant = Requant{0, 0};  // not used
  }
  RECORD("nn/fully_connected_s8.h", "nn::FullyConnectedS8", 7, params, requant, channel_scales,
         input, filter, bias, output);
}

void SvdfS8(const SvdfParams& params, const int8_t* input, const int8_t* feature_weights,
            const int8_t* time_weights, const int32_t* bias, int8_t* state, int8_t* output) {
  RECORD("nn/svdf_s8.h", "nn::SvdfS8", 7, params, input, feature_weights, time_weights, bias, state,
         output);
}

void SvdfS8(const SvdfParams& params, const int8_t* input, const int8_t* feature_weights,
            const int16_t* time_weights, const int32_t* bias, int16_t* state, int8_t* output) {
  RECORD("nn/svdf_s8.h", "nn::SvdfS8", 7, params, input, feature_weights, time_weights, bias, state,
         output);
}

void LstmS8(const LstmParams& params, const LstmWeights& weights, const int8_t* input,
            int8_t* hidden, int16_t* cell, int8_t* output) {
  RECORD("nn/lstm_s8.h", "nn::LstmS8", 6, params, weights, input, hidden, cell, output);
}

void LstmS16(const LstmParams& params, const LstmS16Weights& weights, const int16_t* input,
             int16_t* hidden, int16_t* cell, int16_t* output) {
  RECORD("nn/lstm_s16.h", "nn::LstmS16", 6, params, weights, input, hidden, cell, output);
}

void AddS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output) {
  RECORD("nn/add_s8.h", "nn::AddS8", 5, params, shape, input0, input1, output);
}

void SubS8(const AddParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output) {
  RECORD("nn/add_s8.h", "nn::SubS8", 5, params, shape, input0, input1, output);
}

void MulS8(const MulParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output) {
  RECORD("nn/mul_s8.h", "nn::MulS8", 5, params, shape, input0, input1, output);
}

void PreluS8(const PreluParams& params, const Broadcast& shape, const int8_t* input,
             const int8_t* alpha, int8_t* output) {
  RECORD("nn/prelu_s8.h", "nn::PreluS8", 5, params, shape, input, alpha, output);
}

void ExtremumS8(Extremum which, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
                int8_t* output) {
  RECORD("nn/extremum_s8.h", "nn::ExtremumS8", 5, which, shape, input0, input1, output);
}

void ArithmeticS32(Arithmetic op, const ArithmeticParams& params, const Broadcast& shape,
                   const int32_t* input0, const int32_t* input1, int32_t* output) {
  RECORD("nn/arithmetic_s32.h", "nn::ArithmeticS32", 6, op, params, shape, input0, input1, output);
}

bool DivideS32(const ArithmeticParams& params, const Broadcast& shape, const int32_t* input0,
               const int32_t* input1, int32_t* output) {
  RECORD_CHECKED("nn/arithmetic_s32.h", "nn::DivideS32", 5, params, shape, input0, input1, output);
}

void MaxPoolS8(const ConvParams& pool, const int8_t* input, int8_t* output) {
  const ConvParams params = OfPool(pool);
  RECORD("nn/pool_s8.h", "nn::MaxPoolS8", 3, params, input, output);
}

void AveragePoolS8(const ConvParams& pool, const int8_t* input, int8_t* output) {
  const ConvParams params = OfPool(pool);
  RECORD("nn/pool_s8.h", "nn::AveragePoolS8", 3, params, input, output);
}

void SoftmaxS8(const SoftmaxParams& params, const int8_t* input, void* output) {
  RECORD("nn/softmax_s8.h", "nn::SoftmaxS8", 3, params, input, output);
}

void LogSoftmaxS8(const LogSoftmaxParams& params, const int8_t* input, int8_t* output) {
  RECORD("nn/log_softmax_s8.h", "nn::LogSoftmaxS8", 3, params, input, output);
}

void PadS8(const PadParams& params, const int8_t* padding, const int8_t* input, int8_t* output) {
  const OneByte value{padding};
  RECORD("nn/pad_s8.h", "nn::PadS8", 4, params, value, input, output);
}

void CopyStrided(const StridedCopy& copy, const void* input, void* output) {
  RECORD("nn/copy.h", "nn::CopyStrided", 3, copy, input, output);
}

void CopyRows(uint32_t rows, uint32_t run, const void* input, uint32_t input_step, void* output,
              uint32_t output_step) {
  RECORD("nn/copy.h", "nn::CopyRows", 6, rows, run, input, input_step, output, output_step);
}

bool Gather(const GatherParams& params, const void* input, const int32_t* indices, void* output) {
  RECORD_CHECKED("nn/gather.h", "nn::Gather", 4, params, input, indices, output);
}

void SumS8(const ReduceParams& params, const int8_t* input, int8_t* output) {
  RECORD("nn/reduce_s8.h", "nn::SumS8", 3, params, input, output);
}

void MaxS8(const ReduceParams& reduction, const int8_t* input, int8_t* output) {
  const ReduceParams params = OfExtremum(reduction);
  RECORD("nn/reduce_s8.h", "nn::MaxS8", 3, params, input, output);
}

void MinS8(const ReduceParams& reduction, const int8_t* input, int8_t* output) {
  const ReduceParams params = OfExtremum(reduction);
  RECORD("nn/reduce_s8.h", "nn::MinS8", 3, params, input, output);
}

void SpaceToBatch(const SpaceBatch& params, const void* input, void* output) {
  RECORD("nn/space_batch.h", "nn::SpaceToBatch", 3, params, input, output);
}

void BatchToSpace(const SpaceBatch& params, const void* input, void* output) {
  RECORD("nn/space_batch.h", "nn::BatchToSpace", 3, params, input, output);
}

void MirrorPad(const MirrorPadParams& params, const void* input, void* output) {
  RECORD("nn/mirror_pad.h", "nn::MirrorPad", 3, params, input, output);
}

void SquaredDifferenceS8(const SquaredDifferenceParams& params, const Broadcast& shape,
                         const int8_t* input0, const int8_t* input1, int8_t* output) {
  RECORD("nn/squared_difference_s8.h", "nn::SquaredDifferenceS8", 5, params, shape, input0, input1,
         output);
}

void ExtremumS32(Extremum which, const Broadcast& shape, const int32_t* input0,
                 const int32_t* input1, int32_t* output) {
  RECORD("nn/extremum_s8.h", "nn::ExtremumS32", 5, which, shape, input0, input1, output);
}

void Compare(const CompareParams& params, const Broadcast& shape, const void* input0,
             const void* input1, void* output) {
  RECORD("nn/compare.h", "nn::Compare", 5, params, shape, input0, input1, output);
}

void Logical(Logic logic, const Broadcast& shape, const uint8_t* input0, const uint8_t* input1,
             uint8_t* output) {
  RECORD("nn/logical.h", "nn::Logical", 5, logic, shape, input0, input1, output);
}

void Select(const SelectParams& params, const uint8_t* condition, const void* yes, const void* no,
            void* output) {
  RECORD("nn/select.h", "nn::Select", 5, params, condition, yes, no, output);
}

void Cast(const CastParams& params, const void* input, void* output) {
  RECORD("nn/cast.h", "nn::Cast", 3, params, input, output);
}

bool GatherNd(const GatherNdParams& params, const void* input, const int32_t* indices,
              void* output) {
  RECORD_CHECKED("nn/gather_nd.h", "nn::GatherNd", 4, params, input, indices, output);
}

bool BroadcastShapes(uint32_t count0, const int32_t* shape0, uint32_t count1, const int32_t* shape1,
                     int32_t* output) {
  RECORD_CHECKED("nn/broadcast_shapes.h", "nn::BroadcastShapes", 5, count0, shape0, count1, shape1,
                 output);
}

bool DivS8(const DivParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output) {
  RECORD_CHECKED("nn/div_s8.h", "nn::DivS8", 5, params, shape, input0, input1, output);
}

bool RsqrtS8(const RsqrtParams& params, const int8_t* input, int8_t* output) {
  RECORD_CHECKED("nn/rsqrt_s8.h", "nn::RsqrtS8", 3, params, input, output);
}

bool RsqrtS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output) {
  RECORD_CHECKED("nn/rsqrt_s8.h", "nn::RsqrtS16", 4, requant, count, input, output);
}

void AddToSumsS8(const AddNParams& params, bool is_first, const int8_t* input, int32_t* sums) {
  RECORD("nn/add_n_s8.h", "nn::AddToSumsS8", 4, params, is_first, input, sums);
}

void FinishSumsS8(const AddNParams& params, const int32_t* sums, int8_t* output) {
  RECORD("nn/add_n_s8.h", "nn::FinishSumsS8", 3, params, sums, output);
}

void CumsumS8(const CumsumParams& params, const int8_t* input, int8_t* output) {
  RECORD("nn/cumsum_s8.h", "nn::CumsumS8", 3, params, input, output);
}

void L2NormalizeS8(const L2NormalizeParams& params, const int8_t* input, int8_t* output) {
  RECORD("nn/l2_normalize_s8.h", "nn::L2NormalizeS8", 3, params, input, output);
}

void BatchMatMulS8(const BatchMatMulParams& params, const Broadcast& batches, const int8_t* left,
                   const int8_t* right, int8_t* output) {
  RECORD("nn/batch_matmul_s8.h", "nn::BatchMatMulS8", 5, params, batches, left, right, output);
}

void BatchMatMulS16(const BatchMatMulS16Params& params, const Broadcast& batches,
                    const int16_t* left, const int16_t* right, int16_t* output) {
  RECORD("nn/batch_matmul_s16.h", "nn::BatchMatMulS16", 5, params, batches, left, right, output);
}

void ResizeNearestS8(const ResizeParams& params, const int8_t* input, int8_t* output,
                     uint16_t* scratch) {
  RECORD("nn/resize_s8.h", "nn::ResizeNearestS8", 4, params, input, output, scratch);
}

void ResizeBilinearS8(const ResizeParams& params, const int8_t* input, int8_t* output) {
  RECORD("nn/resize_s8.h", "nn::ResizeBilinearS8", 3, params, input, output);
}

void ClampS8(const ClampParams& params, uint32_t count, const int8_t* input, int8_t* output) {
  RECORD("nn/clamp_s8.h", "nn::ClampS8", 4, params, count, input, output);
}

void LookUpS8(const int8_t values[kTableSize], uint32_t count, const int8_t* input,
              int8_t* output) {
  const Table table{values};
  RECORD("nn/table_s8.h", "nn::LookUpS8", 4, table, count, input, output);
}

void RequantizeWide(const RequantizeWideParams& params, const void* input, void* output) {
  RECORD("nn/requantize_s8.h", "nn::RequantizeWide", 3, params, input, output);
}

void Quantize(const FloatEdgeParams& params, const uint32_t* input, void* output) {
  RECORD("nn/float_edge.h", "nn::Quantize", 3, params, input, output);
}

void Dequantize(const FloatEdgeParams& params, const void* input, uint32_t* output) {
  RECORD("nn/float_edge.h", "nn::Dequantize", 3, params, input, output);
}

void FloatUnary(FloatFunction function, uint32_t count, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_unary.h", "nn::FloatUnary", 4, function, count, input, output);
}

void FloatLeakyRelu(uint32_t alpha, uint32_t count, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_unary.h", "nn::FloatLeakyRelu", 4, alpha, count, input, output);
}

void FloatCurves(FloatCurve curve, uint32_t count, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_curves.h", "nn::FloatCurves", 4, curve, count, input, output);
}

void FloatConv(const FloatConvParams& conv, const uint32_t* input, const uint32_t* filter,
               const uint32_t* bias, uint32_t* output) {
  FloatConvParams params = conv;
  params.shape = OfS16(ConvS16Params{conv.shape, 0, 0}).shape;
  RECORD("nn/float_conv.h", "nn::FloatConv", 5, params, input, filter, bias, output);
}

void FloatTransposeConv(const FloatTransposeConvParams& conv, const uint32_t* input,
                        const uint32_t* filter, const uint32_t* bias, uint32_t* output) {
  FloatTransposeConvParams params = conv;
  params.shape = OfS16(ConvS16Params{conv.shape, 0, 0}).shape;
  RECORD("nn/float_transpose_conv.h", "nn::FloatTransposeConv", 5, params, input, filter, bias,
         output);
}

void FloatBatchMatMul(const MatMulShape& shape, const Broadcast& batches, const uint32_t* left,
                      const uint32_t* right, uint32_t* output) {
  RECORD("nn/float_batch_matmul.h", "nn::FloatBatchMatMul", 5, shape, batches, left, right, output);
}

void FloatCumsum(const CumsumShape& shape, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_sums.h", "nn::FloatCumsum", 3, shape, input, output);
}

void FloatAddToSums(bool first, uint32_t count, const uint32_t* input, uint32_t* sums) {
  RECORD("nn/float_sums.h", "nn::FloatAddToSums", 4, first, count, input, sums);
}

void FloatL2Normalize(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_sums.h", "nn::FloatL2Normalize", 4, rows, depth, input, output);
}

void FloatArgMax(const ArgMaxParams& params, const uint32_t* input, int32_t* output) {
  RECORD("nn/float_arg_max.h", "nn::FloatArgMax", 3, params, input, output);
}

void FloatSoftmax(const FloatSoftmaxParams& params, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_softmax.h", "nn::FloatSoftmax", 3, params, input, output);
}

void FloatLogSoftmax(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_softmax.h", "nn::FloatLogSoftmax", 4, rows, depth, input, output);
}

void FloatResizeBilinear(const ResizeParams& params, const uint32_t* input, uint32_t* output) {
  RECORD("nn/float_resize.h", "nn::FloatResizeBilinear", 3, params, input, output);
}

void FloatSum(const ReduceParams& reduction, const uint32_t* input, uint32_t* output) {
  const ReduceParams params = OfFloat(reduction);
  RECORD("nn/float_reduce.h", "nn::FloatSum", 3, params, input, output);
}

void FloatMean(const ReduceParams& reduction, const uint32_t* input, uint32_t* output) {
  const ReduceParams params = OfFloat(reduction);
  RECORD("nn/float_reduce.h", "nn::FloatMean", 3, params, input, output);
}

void FloatMax(const ReduceParams& reduction, const uint32_t* input, uint32_t* output) {
  const ReduceParams params = OfFloat(reduction);
  RECORD("nn/float_reduce.h", "nn::FloatMax", 3, params, input, output);
}

void FloatMin(const ReduceParams& reduction, const uint32_t* input, uint32_t* output) {
  const ReduceParams params = OfFloat(reduction);
  RECORD("nn/float_reduce.h", "nn::FloatMin", 3, params, input, output);
}

void FloatPad(const PadParams& params, const uint32_t* value, const uint32_t* input,
              uint32_t* output) {
  RECORD("nn/float_pad.h", "nn::FloatPad", 4, params, value, input, output);
}

void FloatPool(const FloatPoolParams& pool, const uint32_t* input, uint32_t* output) {
  const ConvParams shape = OfPool(ConvS16Params{pool.shape, 0, 0}).shape;
  const FloatPoolParams params{shape, pool.low, pool.high, pool.pooling};
  RECORD("nn/float_pool.h", "nn::FloatPool", 3, params, input, output);
}

void FloatBinary(const FloatBinaryParams& params, const Broadcast& shape, const uint32_t* input0,
                 const uint32_t* input1, uint32_t* output) {
  RECORD("nn/float_binary.h", "nn::FloatBinary", 5, params, shape, input0, input1, output);
}

void UpdateSlice(const UpdateSliceParams& params, const void* update, const int32_t* starts,
                 void* output) {
  RECORD("nn/update_slice.h", "nn::UpdateSlice", 4, params, update, starts, output);
}

void ArgMaxS8(const ArgMaxParams& params, const int8_t* input, int32_t* output) {
  RECORD("nn/arg_max_s8.h", "nn::ArgMaxS8", 3, params, input, output);
}

void ConvS16(const ConvS16Params& conv, const ChannelScales& scales, const int16_t* input,
             const int8_t* filter, const Bias64* bias, int16_t* output) {
  const ConvS16Params params = OfS16(conv);
  RECORD("nn/conv_s16.h", "nn::ConvS16", 6, params, scales, input, filter, bias, output);
}

void DepthwiseConvS16(const ConvS16Params& conv, const ChannelScales& scales, const int16_t* input,
                      const int8_t* filter, const Bias64* bias, int16_t* output) {
  const ConvS16Params params = OfS16(conv);
  RECORD("nn/depthwise_conv_s16.h", "nn::DepthwiseConvS16", 6, params, scales, input, filter, bias,
         output);
}

void TransposeConvS16(const ConvS16Params& conv, const ChannelScales& scales, const int16_t* input,
                      const int8_t* filter, const Bias64* bias, int16_t* output) {
  const ConvS16Params params = OfS16(conv);
  RECORD("nn/transpose_conv_s16.h", "nn::TransposeConvS16", 6, params, scales, input, filter, bias,
         output);
}

void FullyConnectedS16(const FullyConnectedS16Params& params, Requant requant,
                       const ChannelScales* channel_scales, const int16_t* input,
                       const int8_t* filter, const Bias64* bias, int16_t* output) {
  if (channel_scales) {
    requant = Requant{0, 0};  // not used
  }
  RECORD("nn/fully_connected_s16.h", "nn::FullyConnectedS16", 7, params, requant, channel_scales,
         input, filter, bias, output);
}

void MaxPoolS16(const ConvS16Params& pool, const int16_t* input, int16_t* output) {
  const ConvS16Params params = OfPool(pool);
  RECORD("nn/pool_s16.h", "nn::MaxPoolS16", 3, params, input, output);
}

void AveragePoolS16(const ConvS16Params& pool, const int16_t* input, int16_t* output) {
  const ConvS16Params params = OfPool(pool);
  RECORD("nn/pool_s16.h", "nn::AveragePoolS16", 3, params, input, output);
}

void AddS16(const AddS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  RECORD("nn/binary_s16.h", "nn::AddS16", 5, params, shape, input0, input1, output);
}

void SubS16(const AddS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  RECORD("nn/binary_s16.h", "nn::SubS16", 5, params, shape, input0, input1, output);
}

void MulS16(const MulS16Params& params, const Broadcast& shape, const int16_t* input0,
            const int16_t* input1, int16_t* output) {
  RECORD("nn/binary_s16.h", "nn::MulS16", 5, params, shape, input0, input1, output);
}

void SquaredDifferenceS16(const SquaredDifferenceS16Params& params, const Broadcast& shape,
                          const int16_t* input0, const int16_t* input1, int16_t* output) {
  RECORD("nn/binary_s16.h", "nn::SquaredDifferenceS16", 5, params, shape, input0, input1, output);
}

void ExtremumS16(Extremum which, const Broadcast& shape, const int16_t* input0,
                 const int16_t* input1, int16_t* output) {
  RECORD("nn/binary_s16.h", "nn::ExtremumS16", 5, which, shape, input0, input1, output);
}

void RequantizeS16(Requant requant, RangeS16 range, uint32_t count, const int16_t* input,
                   int16_t* output) {
  RECORD("nn/unary_s16.h", "nn::RequantizeS16", 5, requant, range, count, input, output);
}

void ClampS16(RangeS16 range, uint32_t count, const int16_t* input, int16_t* output) {
  RECORD("nn/unary_s16.h", "nn::ClampS16", 4, range, count, input, output);
}

void AbsS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output) {
  RECORD("nn/unary_s16.h", "nn::AbsS16", 4, requant, count, input, output);
}

void LeakyReluS16(const LeakyReluS16Params& params, uint32_t count, const int16_t* input,
                  int16_t* output) {
  RECORD("nn/unary_s16.h", "nn::LeakyReluS16", 4, params, count, input, output);
}

void LogisticAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output) {
  RECORD("nn/sigmoid_s16.h", "nn::LogisticAllS16", 4, scale, count, input, output);
}

void TanhAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output) {
  RECORD("nn/sigmoid_s16.h", "nn::TanhAllS16", 4, scale, count, input, output);
}

void SoftmaxS16(const SoftmaxS16Params& params, const int16_t* input, int16_t* output) {
  RECORD("nn/softmax_s16.h", "nn::SoftmaxS16", 3, params, input, output);
}

void SumS16(const ReduceParams& params, const int16_t* input, int16_t* output) {
  RECORD("nn/reduce_s16.h", "nn::SumS16", 3, params, input, output);
}

void PadS16(const PadParams& params, const int16_t* value, const int16_t* input, int16_t* output) {
  RECORD("nn/pad_s16.h", "nn::PadS16", 4, params, value, input, output);
}

}  // namespace nn

namespace tflm {

void CopyBytes(void* output, const void* from, uint32_t bytes) {
  if (g_recording) {
    const Span input{from, bytes};  // which may be a shape
    RECORD("cstring", "std::memcpy", 3, output, input, bytes);
  } else {
    std::memcpy(output, from, bytes);
  }
}

void FillBytes(void* to, uint8_t value, uint32_t bytes) {
  if (g_recording) {
    RECORD("cstring", "std::memset", 3, to, value, bytes);
  } else {
    std::memset(to, value, bytes);
  }
}

// Control flow: every way is gone once, and what stands around it is recorded as calls that no
// header declares (calls.py knows their names).

bool BeginRound(uint32_t round) {
  StartCall("", round == 0 ? "loop" : "end", false);
  Put("]");
  return round == 0;
}

bool GoesOn(const uint8_t* condition) {
  const uint32_t most = kMaxRounds;
  RECORD("", "goes on", 2, condition, most);
  return true;
}

bool TakesBranch(const uint8_t* condition, bool branch) {
  RECORD("", branch ? "if" : "else", 1, condition);
  return true;
}

void EndBranches() {
  StartCall("", "end", false);
  Put("]");
}

}  // namespace tflm

namespace {

// The calls of one op; false if its data cannot be computed with.
bool RecordOp(const tflite::MicroInterpreter& interpreter, const checks::AllOps& resolver,
              uint32_t index) {
  auto& graph = const_cast<tflm::Graph&>(interpreter.graph());
  const tflm::OpEntry& entry = resolver.entry(graph.nodes[index].resolver_slot);
  Put(index == 0 ? "[" : ", [");
  g_first_call = true;
  if (!entry.custom) {  // a custom op is called as it is
    tflm::OpContext context(graph, index, entry);
    g_recording = true;
    entry.def->eval(context);
    g_recording = false;
  }
  Put("]");
  return graph.eval_status == kTfLiteOk;
}

struct CustomName {
  const char* code;
  const char* function;
};
constexpr CustomName kCustomNames[] = {
#define MCUFORGE_CUSTOM_OP(CODE, Function) {CODE, "custom_ops::" #Function},
#include "custom_ops.def"
#undef MCUFORGE_CUSTOM_OP
    {nullptr, nullptr},
};

// Bytes of the arena that a custom op's prepare takes for good, its parameters among them.
uint32_t PreparedBytes(const tflm::Graph& original, uint32_t index, const tflm::OpEntry& entry) {
  std::vector<uint64_t> arena(original.persistent_bytes / sizeof(uint64_t) + 1);
  std::vector<tflm::Node> nodes(original.nodes, original.nodes + original.operators.count);
  tflm::Graph graph = original;
  graph.arena = reinterpret_cast<uint8_t*>(arena.data());
  graph.arena_bytes = original.persistent_bytes;
  graph.persistent_bytes = 0;
  graph.nodes = nodes.data();
  nodes[index].scratch = 0;
  const tflm::ModelReader::Table op = graph.reader.TableAt(graph.operators, index);
  const tflm::ModelReader::Table options =
      graph.reader.FieldTable(op, tflm::operator_field::kBuiltinOptions);
  tflm::OpContext context(graph, index, entry, &options);
  entry.def->prepare(context);
  return (graph.persistent_bytes + 7) & ~UINT32_C(7);
}

// The custom ops: node, function that gives the registration, options, bytes that its init and
// prepare allocate.
void PutCustomOps(const tflm::Graph& graph, const checks::AllOps& resolver) {
  Put(", \"customs\": [");
  for (uint32_t i = 0; i < graph.operators.count; ++i) {
    const tflm::OpEntry& entry = resolver.entry(graph.nodes[i].resolver_slot);
    if (!entry.custom) {
      continue;
    }
    const CustomName* name = kCustomNames;
    while (std::strcmp(name->code, entry.custom_name) != 0) {
      ++name;
    }
    const tflm::ModelReader::Vector options = graph.reader.FieldVector(
        graph.reader.TableAt(graph.operators, i), tflm::operator_field::kCustomOptions, 1);
    TFLMRegistration bare{};  // what prepare takes without what the op's own functions do
    bare.invoke = entry.custom->invoke;
    const uint32_t allocated = PreparedBytes(graph, i, entry) -
                               PreparedBytes(graph, i, {entry.def, &bare, entry.custom_name});
    Put(g_json.back() == '[' ? "[" : ", [");
    Put(std::to_string(i) + ", \"" + name->function + "\", " + std::to_string(options.pos) + ", " +
        std::to_string(options.count) + ", " + std::to_string(allocated) + "]");
  }
  Put("]");
}

void PutVariables(const tflm::Graph& graph) {
  Put("], \"variables\": [");
  for (uint32_t at = graph.variables; at != 0;) {
    const tflm::Variable& variable = tflm::VariableAt(graph, at);
    if (variable.data != 0) {
      Put(g_json.back() == '[' ? "[" : ", [");
      Put(std::to_string(variable.data) + ", " + std::to_string(variable.bytes) + ", " +
          std::to_string(variable.fill & 0xff) + "]");
    }
    at = variable.next;
  }
  Put("]");
}

// Tensors that keep their value from one Invoke to the next, and the byte that they start as.
void PutKeptTensors(const tflm::Graph& graph) {
  Put(", \"kept\": [");
  for (uint32_t i = 0; graph.keeps_tensors && i < graph.tensors.count; ++i) {
    tflm::TensorInfo info;
    if (graph.locations[i] != tflm::kNowhere && graph.locations[i] < tflm::kComputed &&
        graph.IsVariable(i) && graph.ReadTensor(static_cast<int32_t>(i), &info)) {
      tflm::ModelReader::Quantization quantization;
      graph.reader.ReadQuantization(info, &quantization);
      Put(g_json.back() == '[' ? "[" : ", [");
      Put(std::to_string(i) + ", " + std::to_string(graph.reader.ZeroPoint(quantization) & 0xff) +
          "]");
    }
  }
  Put("]");
}

}  // namespace

extern "C" {

void DebugLog(const char* format, va_list args) {
  char line[200];
  DebugVsnprintf(line, sizeof(line), format, args);
  g_log += g_log.empty() ? line : std::string("; ") + line;
}

// Records the model's Invoke for an ISA (see mcuforge_open in codegen/host/runtime.cc). Returns
// whether that was possible; `*text` is the recording, or why not, and lasts until the next call.
int mcuforge_record(const uint8_t* model, size_t model_bytes, int isa, uint8_t* arena,
                    size_t arena_bytes, const char** text) {
  nn::g_plan_isa = static_cast<nn::Isa>(isa);
  g_log.clear();
  g_model = model;
  g_model_bytes = model_bytes;
  g_arena = arena;
  g_arena_bytes = arena_bytes;
  const checks::AllOps resolver;
  tflite::MicroInterpreter interpreter(tflite::GetModel(model, model_bytes), resolver, arena,
                                       arena_bytes);
  bool fine = interpreter.AllocateTensors() == kTfLiteOk;
  g_json = "{\"ops\": [";
  const uint32_t count = fine ? interpreter.graph().operators.count : 0;
  const_cast<tflm::Graph&>(interpreter.graph()).eval_status = kTfLiteOk;
  g_persistent_bytes = interpreter.graph().persistent_bytes;
  for (uint32_t i = 0; fine && i < count; ++i) {
    fine = RecordOp(interpreter, resolver, i);
  }
  if (fine) {
    PutVariables(interpreter.graph());
    PutKeptTensors(interpreter.graph());
    PutCustomOps(interpreter.graph(), resolver);
    Put("}");
  }
  *text = fine ? g_json.c_str() : g_log.c_str();
  return fine;
}

}  // extern "C"
