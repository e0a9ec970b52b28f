// firmware/lib/tflm and firmware/lib/nn as a shared library for the host: codegen plans arenas with
// the very code that the firmware runs, and the tests compare it with the oracle. Called through
// ctypes by codegen/host/runtime.py.

#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "all_ops.h"
#include "nn/conv_packed_s8.h"
#include "nn/conv_pieces_s8.h"
#include "nn/conv_s8.h"
#include "nn/depthwise_conv_s8.h"
#include "nn/depthwise_packed_s8.h"
#include "nn/isa.h"
#include "nn/loop_counts.h"
#include "nn/row_stream.h"
#include "nn/table_s8.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/op.h"

namespace nn {
Isa g_plan_isa = Isa::kScalar;
}

namespace {

char* g_log = nullptr;
size_t g_log_bytes = 0;

// The interpreter and its resolver, one model at a time.
struct Session {
  Session(const uint8_t* model, size_t model_bytes, uint8_t* arena, size_t arena_bytes)
      : interpreter(tflite::GetModel(model, model_bytes), resolver, arena, arena_bytes) {}

  const checks::AllOps resolver;
  tflite::MicroInterpreter interpreter;
};

// A convolution as codegen.host.kernel_loops.ConvShape has it.
struct ConvShape {
  int32_t batches, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, filter_c;
  int32_t stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
};

// By the float32's bits; one scale a channel.
nn::ChannelScales ScalesOf(uint32_t in, uint32_t out, const uint32_t* filter) {
  return {filter, 1, nn::ScaleFromBits(in), nn::ScaleFromBits(out)};
}

nn::ConvParams ParamsOf(const ConvShape& s) {
  nn::ConvParams p{};
  p.batches = static_cast<uint16_t>(s.batches);
  p.in_h = static_cast<uint16_t>(s.in_h);
  p.in_w = static_cast<uint16_t>(s.in_w);
  p.in_c = static_cast<uint16_t>(s.in_c);
  p.out_h = static_cast<uint16_t>(s.out_h);
  p.out_w = static_cast<uint16_t>(s.out_w);
  p.out_c = static_cast<uint16_t>(s.out_c);
  p.kernel_h = static_cast<uint16_t>(s.kernel_h);
  p.kernel_w = static_cast<uint16_t>(s.kernel_w);
  p.filter_c = static_cast<uint16_t>(s.filter_c);
  p.stride_h = static_cast<uint8_t>(s.stride_h);
  p.stride_w = static_cast<uint8_t>(s.stride_w);
  p.dilation_h = static_cast<uint8_t>(s.dilation_h);
  p.dilation_w = static_cast<uint8_t>(s.dilation_w);
  p.pad_top = static_cast<int16_t>(s.pad_top);
  p.pad_left = static_cast<int16_t>(s.pad_left);
  return p;
}

// Of the stream that runs.
void (*g_visit)(uint32_t op, const int32_t* piece);
const nn::StreamTensor* g_stream_tensors;
const nn::StreamOp* g_stream_ops;

}  // namespace

extern "C" {

void DebugLog(const char* format, va_list args) {
  if (!g_log) {
    return;
  }
  size_t used = std::strlen(g_log);
  if (used > 0 && used + 2 < g_log_bytes) {
    std::memcpy(g_log + used, "; ", 3);
    used += 2;
  }
  DebugVsnprintf(g_log + used, g_log_bytes - used, format, args);
}

// Makes a session, or returns null with the reasons in `log`, whose first byte is 0. `isa`: 0
// scalar, 1 dsp, 2 mve; it only sets how large the buffers are, the kernels are the scalar ones.
// `used_bytes`: arena bytes used, or needed where known.
void* mcuforge_open(const uint8_t* model, size_t model_bytes, int isa, uint8_t* arena,
                    size_t arena_bytes, char* log, size_t log_bytes, uint64_t* used_bytes) {
  nn::g_plan_isa = static_cast<nn::Isa>(isa);
  g_log = log;
  g_log_bytes = log_bytes;
  Session* session = new Session(model, model_bytes, arena, arena_bytes);
  const bool ready = session->interpreter.AllocateTensors() == kTfLiteOk;
  *used_bytes = session->interpreter.arena_used_bytes();
  if (!ready) {
    delete session;
    session = nullptr;
  }
  g_log = nullptr;
  return session;
}

void mcuforge_close(void* session) { delete static_cast<Session*>(session); }

// The memory of input or output `index` and its size; null when there is none.
void* mcuforge_tensor(void* session, int is_output, size_t index, size_t* bytes) {
  tflite::MicroInterpreter& interpreter = static_cast<Session*>(session)->interpreter;
  TfLiteTensor* const tensor = is_output ? interpreter.output(index) : interpreter.input(index);
  *bytes = tensor ? tensor->bytes : 0;
  return tensor ? tensor->data.data : nullptr;
}

int mcuforge_invoke(void* session) { return static_cast<Session*>(session)->interpreter.Invoke(); }

// What the plan is made of: where each tensor lies in the arena (UINT32_MAX: nowhere, or in the
// model), each node's scratch, the inputs whose memory its first output may take over (bit i: input
// i), and how many bytes are the interpreter's own.
uint64_t mcuforge_plan(void* session, uint32_t* tensor_offsets, uint32_t tensor_count,
                       uint32_t* scratch_offsets, uint32_t* in_place_inputs, uint32_t node_count) {
  const tflm::Graph& graph = static_cast<Session*>(session)->interpreter.graph();
  for (uint32_t i = 0; i < tensor_count && i < graph.tensors.count; ++i) {
    const tflm::Location location = graph.locations[i];
    tensor_offsets[i] =
        location >= tflm::kComputed || location == tflm::kNowhere ? UINT32_MAX : location;
  }
  for (uint32_t i = 0; i < node_count && i < graph.operators.count; ++i) {
    scratch_offsets[i] = graph.nodes[i].scratch;
    in_place_inputs[i] = graph.nodes[i].in_place_inputs;
  }
  return graph.persistent_bytes;
}

// Bytes of scratch that a node asked for; UINT32_MAX if that cannot be told. The plan keeps only
// where scratch lies, so the op is prepared once more, on a copy of the graph that has an arena of
// its own.
uint32_t mcuforge_scratch_bytes(void* session, uint32_t node_index) {
  const Session& own = *static_cast<const Session*>(session);
  const tflm::Graph& original = own.interpreter.graph();
  if (node_index >= original.operators.count || original.nodes[node_index].scratch == 0) {
    return 0;
  }
  // For the parameters of the node, and the plan of its subgraphs; not cleared.
  constexpr uint32_t kArenaBytes = UINT32_C(64) << 20;
  const std::unique_ptr<uint64_t[]> arena(new uint64_t[kArenaBytes / sizeof(uint64_t)]);
  std::vector<tflm::Node> nodes(original.nodes, original.nodes + original.operators.count);
  tflm::Graph graph = original;
  graph.arena = reinterpret_cast<uint8_t*>(arena.get());
  graph.arena_bytes = kArenaBytes;
  graph.persistent_bytes = 0;
  graph.variables = 0;
  graph.nodes = nodes.data();
  nodes[node_index].scratch = 0;
  const tflm::OpEntry& entry = own.resolver.entry(nodes[node_index].resolver_slot);
  const tflm::ModelReader::Table op = graph.reader.TableAt(graph.operators, node_index);
  const tflm::ModelReader::Table options =
      graph.reader.FieldTable(op, tflm::operator_field::kBuiltinOptions);
  tflm::OpContext context(graph, node_index, entry, &options);
  return entry.def->prepare(context) == kTfLiteOk ? nodes[node_index].scratch : UINT32_MAX;
}

// How often the kernels' loops run, and which: see nn/loop_counts.h. Shapes are ones that the
// runtime accepts.
int32_t mcuforge_stretches(int32_t outputs, int32_t stride, int32_t pad, int32_t kernel,
                           int32_t dilation, int32_t extent, nn::Stretch* stretches) {
  return nn::FindStretches(outputs, stride, pad, kernel, dilation, extent, stretches);
}

void mcuforge_conv_loops(const ConvShape* shape, int sums_in_registers, nn::ConvLoops* loops) {
  *loops = nn::CountConvLoops(ParamsOf(*shape), sums_in_registers != 0);
}

void mcuforge_depthwise_loops(const ConvShape* shape, nn::DepthwiseLoops* loops) {
  *loops = nn::CountDepthwiseLoops(ParamsOf(*shape));
}

void mcuforge_plane_loops(const ConvShape* shape, nn::PlaneLoops* loops) {
  *loops = nn::CountPlaneLoops(ParamsOf(*shape));
}

// Output rows for which the dsp DEPTHWISE_CONV_2D reads all input of two channels before it writes;
// 0: it writes while it reads.
int mcuforge_plane_rows(const ConvShape* shape) {
  const nn::ConvParams p = ParamsOf(*shape);
  return nn::DepthwiseConvS8ByPlane(p) ? nn::PlaneRows(p) - 2 : 0;
}

// Of each output channel of a CONV_2D whether it goes the short way (0), is computed otherwise (1)
// or is constant (2). filter_scales: bits, one a channel. bias: null for none.
void mcuforge_channel_kinds(const ConvShape* shape, uint32_t in_scale, uint32_t out_scale,
                            int32_t out_zero_point, const uint32_t* filter_scales,
                            const int32_t* bias, uint8_t* kinds) {
  nn::ConvParams p = ParamsOf(*shape);
  p.out_zero_point = static_cast<int16_t>(out_zero_point);
  const nn::ChannelScales scales = ScalesOf(in_scale, out_scale, filter_scales);
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  for (int32_t c = 0; c < p.out_c; ++c) {
    const int32_t of_channel = bias ? bias[c] : 0;
    nn::ScalarChannel channel =
        nn::MakeScalarChannel(nn::ChannelRequant(scales, static_cast<uint32_t>(c)), of_channel,
                              static_cast<uint32_t>(products));
    if (channel.kind != nn::ChannelKind::kFast) {
      nn::FindConstant(p, of_channel, &channel);
    }
    kinds[c] = static_cast<uint8_t>(channel.kind);
  }
}

void mcuforge_requants(uint32_t in_scale, uint32_t out_scale, const uint32_t* filter_scales,
                       uint32_t channels, int32_t* multipliers, int32_t* shifts) {
  const nn::ChannelScales scales = ScalesOf(in_scale, out_scale, filter_scales);
  for (uint32_t c = 0; c < channels; ++c) {
    const nn::Requant requant = nn::ChannelRequant(scales, c);
    multipliers[c] = requant.multiplier;
    shifts[c] = requant.shift;
  }
}

int mcuforge_are_fast(const int32_t* multipliers, const int32_t* shifts, const int32_t* biases,
                      uint32_t channels, uint32_t products) {
  for (uint32_t c = 0; c < channels; ++c) {
    if (!nn::IsFast(nn::Requant{multipliers[c], shifts[c]}, biases[c], products)) {
      return 0;
    }
  }
  return 1;
}

void mcuforge_activation_range(uint8_t activation, uint32_t scale, int32_t zero_point,
                               int32_t* ends) {
  const nn::ActivationRange range = nn::ActivationRangeS8(static_cast<nn::Activation>(activation),
                                                          nn::ScaleFromBits(scale), zero_point);
  ends[0] = range.min;
  ends[1] = range.max;
}

// The outputs that `count` sums give, each of a channel of its own.
void mcuforge_requantize(const int32_t* sums, const int32_t* multipliers, const int32_t* shifts,
                         uint32_t count, int32_t zero_point, int32_t least, int32_t most,
                         int8_t* outputs) {
  for (uint32_t i = 0; i < count; ++i) {
    outputs[i] = static_cast<int8_t>(nn::RequantizeTo8(
        sums[i], nn::Requant{multipliers[i], shifts[i]}, zero_point, least, most));
  }
}

int mcuforge_conv_by_pairs(const ConvShape* shape) {
  return nn::ConvS8ByPairs(ParamsOf(*shape)) ? 1 : 0;
}

uint32_t mcuforge_conv_strips_scratch(const ConvShape* shape, int isa) {
  return nn::ConvStripsS8ScratchBytes(ParamsOf(*shape), static_cast<nn::Isa>(isa));
}

uint32_t mcuforge_conv_packed_scratch(const ConvShape* shape, uint32_t live) {
  return nn::ConvPackedS8ScratchBytes(ParamsOf(*shape), live);
}

uint32_t mcuforge_depthwise_packed_scratch(const ConvShape* shape) {
  return nn::DepthwisePackedS8ScratchBytes(ParamsOf(*shape));
}

// Runs a stream in `arena` and has visit(op, [6]) compute its pieces: rows of the input below the
// piece's first one, output rows, rows of padding above, and where inputs and output are, bytes
// from the arena's start. windows: an op's, null for one without. ops: {input, input, output} each.
void mcuforge_run_row_stream(const nn::StreamTensor* tensors, uint32_t tensor_count,
                             const ConvShape* const* windows, const uint8_t* ops, uint32_t op_count,
                             int32_t rows, uint8_t* arena,
                             void (*visit)(uint32_t op, const int32_t* piece)) {
  std::vector<nn::ConvParams> params(op_count);
  std::vector<nn::StreamOp> stream_ops(op_count);
  for (uint32_t i = 0; i < op_count; ++i) {
    if (windows[i] != nullptr) {
      params[i] = ParamsOf(*windows[i]);
    }
    const uint8_t* const op = ops + 3 * i;
    stream_ops[i] = {windows[i] ? &params[i] : nullptr, {op[0], op[1]}, op[2]};
  }
  const nn::RowStream stream = {tensors, stream_ops.data(), static_cast<uint8_t>(tensor_count),
                                static_cast<uint8_t>(op_count)};
  g_visit = visit;
  g_stream_tensors = tensors;
  g_stream_ops = stream_ops.data();
  nn::RunRowStream(
      stream, rows, arena, [](uint32_t op, const nn::StreamPiece& piece, uint8_t* start) {
        const nn::StreamOp& of = g_stream_ops[op];
        const auto at = [start](const int8_t* p) {
          return static_cast<int32_t>(reinterpret_cast<const uint8_t*>(p) - start);
        };
        const uint32_t row_bytes = g_stream_tensors[of.output].row_bytes;
        const int32_t visited[] = {
            of.windows ? piece.params.in_h : 0,
            of.windows ? piece.params.out_h : static_cast<int32_t>(piece.elements / row_bytes),
            of.windows ? piece.params.pad_top : 0,
            at(piece.inputs[0]),
            at(piece.inputs[1]),
            at(piece.output),
        };
        g_visit(op, visited);
      });
}

uint32_t mcuforge_most_stream_tensors() { return nn::kMaxStreamTensors; }

uint32_t mcuforge_table_entries() { return nn::kTableSize; }

uint32_t mcuforge_table_pays_from() { return nn::kTablePays; }

int32_t mcuforge_conv_passes(int32_t group_channels) { return nn::CountConvPasses(group_channels); }

}  // extern "C"
