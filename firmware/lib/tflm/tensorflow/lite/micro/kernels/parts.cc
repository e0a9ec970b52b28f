#include "tensorflow/lite/micro/kernels/parts.h"

#include "nn/copy.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// The op's parameters: these, then the bytes of one row of each part.
struct PartsData {
  uint32_t rows;
  uint32_t row_bytes;  // of the whole
};

uint32_t* PartRows(PartsData* data) { return reinterpret_cast<uint32_t*>(data + 1); }

bool FitsWhole(const OpContext& context, const TensorInfo& whole, uint32_t axis,
               const TensorInfo& part, PartsAxis parts_axis) {
  const uint32_t rank = whole.shape.count;
  bool fits =
      part.type == whole.type && part.shape.count + (parts_axis == PartsAxis::kNew ? 1 : 0) == rank;
  uint32_t part_axis = 0;
  for (uint32_t i = 0; fits && i < rank; ++i) {
    if (i != axis) {
      fits = Extent(context, part, part_axis) == Extent(context, whole, i);
    }
    part_axis += i == axis && parts_axis == PartsAxis::kNew ? 0 : 1;
  }
  return fits;
}

TfLiteStatus PrepareParts(OpContext& context, const TensorInfo& whole, int32_t axis,
                          PartsAxis parts_axis, bool join) {
  const uint32_t rank = whole.shape.count;
  const uint32_t whole_axis =
      static_cast<uint32_t>(axis < 0 ? axis + static_cast<int32_t>(rank) : axis);
  if (whole_axis >= rank) {
    return context.Fail("the axis is out of range");
  }
  const uint32_t count = join ? context.InputCount() : context.OutputCount();
  constexpr uint32_t kMaxParts = 1024;
  if (count > kMaxParts) {
    return context.Fail("has too many inputs or outputs");
  }
  PartsData* const data = static_cast<PartsData*>(context.NewParams(sizeof(PartsData) + 4 * count));
  if (!data) {
    return kTfLiteError;
  }
  data->rows = 1;
  for (uint32_t i = 0; i < whole_axis; ++i) {
    data->rows *= Extent(context, whole, i);
  }
  data->row_bytes = whole.bytes / data->rows;
  uint32_t left = data->row_bytes;
  bool fits = true;
  for (uint32_t i = 0; fits && i < count; ++i) {
    TensorInfo part;
    if (!(join ? context.Input(i, &part) : context.Output(i, &part))) {
      return kTfLiteError;
    }
    const uint32_t bytes = part.bytes / data->rows;
    fits = FitsWhole(context, whole, whole_axis, part, parts_axis) && bytes <= left;
    PartRows(data)[i] = bytes;
    left -= bytes;
  }
  if (!fits || left != 0) {
    return context.Fail("the shapes or types of inputs and outputs do not fit");
  }
  return kTfLiteOk;
}

}  // namespace

bool ReadAxis(OpContext& context, uint32_t i, int32_t* axis) {
  TensorInfo info;
  if (!context.Input(i, &info)) {
    return false;
  }
  if (info.type != kTfLiteInt32 || info.data == 0) {
    context.Fail("needs a constant int32 axis");
    return false;
  }
  *axis = static_cast<int32_t>(context.reader().U32(info.data));
  return true;
}

TfLiteStatus PrepareJoin(OpContext& context, int32_t axis, PartsAxis parts_axis) {
  TensorInfo whole;
  return context.Output(0, &whole) ? PrepareParts(context, whole, axis, parts_axis, true)
                                   : kTfLiteError;
}

TfLiteStatus PrepareSplit(OpContext& context, uint32_t whole_input, int32_t axis,
                          PartsAxis parts_axis) {
  TensorInfo whole;
  return context.Input(whole_input, &whole) ? PrepareParts(context, whole, axis, parts_axis, false)
                                            : kTfLiteError;
}

void Join(OpContext& context) {
  const PartsData& data = context.Params<PartsData>();
  const uint32_t* part_bytes = reinterpret_cast<const uint32_t*>(&data + 1);
  int8_t* output = context.OutputData(0);
  const int8_t* const end = output + data.row_bytes;
  for (uint32_t i = 0; output != end; ++i) {
    nn::CopyRows(data.rows, part_bytes[i], context.InputData(i), part_bytes[i], output,
                 data.row_bytes);
    output += part_bytes[i];
  }
}

void Split(OpContext& context, uint32_t whole_input) {
  const PartsData& data = context.Params<PartsData>();
  const uint32_t* part_bytes = reinterpret_cast<const uint32_t*>(&data + 1);
  const int8_t* input = context.InputData(whole_input);
  const int8_t* const end = input + data.row_bytes;
  for (uint32_t i = 0; input != end; ++i) {
    nn::CopyRows(data.rows, part_bytes[i], input, data.row_bytes, context.OutputData(i),
                 part_bytes[i]);
    input += part_bytes[i];
  }
}

}  // namespace tflm
