#include "tensors.h"

#include <cstring>

#include "engine.h"
#include "line.h"
#include "model.h"
#include "model_info.h"
#include "wire/bytes.h"
#include "wire/crc32.h"
#include "wire/frame.h"
#include "wire/ids.h"

namespace tensors {
namespace {

constexpr size_t kMostDimensions = 8;  // of a tensor that codegen/model/tflite.py accepts

}  // namespace

bool Describe(const uint8_t* arguments) {
  const bool is_output = arguments[0] == 1;
  const size_t index = arguments[1];
  if (arguments[0] > 1 || index >= (is_output ? mcuforge::kOutputCount : mcuforge::kInputCount)) {
    return false;
  }
  const model::Tensor tensor =
      is_output ? engine::DescribeOutput(index) : engine::DescribeInput(index);
  if (tensor.rank > kMostDimensions) return false;
  uint8_t bytes[14 + sizeof(uint32_t) * kMostDimensions];
  uint8_t* at = bytes;
  *at++ = tensor.dtype;
  *at++ = static_cast<uint8_t>(tensor.rank);
  for (size_t i = 0; i < tensor.rank; ++i) {
    at = wire::WriteU32(at, static_cast<uint32_t>(tensor.dimensions[i]));
  }
  at = wire::WriteU32(at, static_cast<uint32_t>(tensor.bytes));
  uint32_t scale;
  std::memcpy(&scale, &tensor.scale, sizeof(scale));
  at = wire::WriteU32(at, scale);
  at = wire::WriteU32(at, static_cast<uint32_t>(tensor.zero_point));
  line::Reply(wire::Command::TENSOR, {{bytes, static_cast<size_t>(at - bytes)}});
  return true;
}

void ReplyToRun(uint32_t ticks) {
  uint8_t head[sizeof(uint32_t) * (1 + mcuforge::kOutputCount)];
  uint8_t* at = wire::WriteU32(head, ticks);
  size_t size = 0;
  for (size_t i = 0; i < mcuforge::kOutputCount; ++i) {
    const wire::Span output = model::Output(i);
    at = wire::WriteU32(at, wire::Crc32(output.data, output.size));
    size += output.size;
  }
  wire::Span payload[1 + mcuforge::kOutputCount] = {{head, sizeof(head)}};
  if (size <= wire::kINLINE_BYTES) {
    for (size_t i = 0; i < mcuforge::kOutputCount; ++i) payload[1 + i] = model::Output(i);
  }
  line::Reply(wire::Command::RUN, payload);
}

bool Read(const uint8_t* arguments) {
  if (!model::HasOutputs() || arguments[0] >= mcuforge::kOutputCount) return false;
  const wire::Span output = model::Output(arguments[0]);
  const size_t offset = wire::ReadU32(arguments + 1);
  const size_t size = wire::ReadU32(arguments + 5);
  if (offset > output.size || size > output.size - offset) return false;
  line::Reply(wire::Command::READ, {{output.data + offset, size}});
  return true;
}

}  // namespace tensors
