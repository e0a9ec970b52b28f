#include <cstring>

#include "nn/copy.h"

namespace nn {

void MergeAxes(StridedCopy* copy) {
  // Axis `to` collects what follows it outwards; axes of extent 1 vanish into it.
  int32_t to = kMaxRank - 1;
  for (int32_t axis = to - 1; axis >= 0; --axis) {
    const uint32_t extent = copy->extent[axis];
    const int32_t step = copy->step[axis];
    copy->extent[axis] = 1;
    if (extent == 1) {
      continue;
    }
    if (copy->extent[to] == 1) {
      copy->step[to] = step;
    } else if (step != copy->step[to] * static_cast<int32_t>(copy->extent[to])) {
      copy->step[--to] = step;
    }
    copy->extent[to] *= extent;
  }
}

void CopyStrided(const StridedCopy& c, const void* input, void* output) {
  const uint32_t count = c.extent[kMaxRank - 1];
  const uint32_t bytes = c.element_bytes;
  const int32_t step = c.step[kMaxRank - 1];
  const bool is_run = step == static_cast<int32_t>(bytes);
  const uint8_t* in = static_cast<const uint8_t*>(input) + c.start;
  uint8_t* out = static_cast<uint8_t*>(output);
  uint32_t index[kMaxRank - 1] = {};
  int32_t axis = 0;
  while (axis >= 0) {
    const uint8_t* from = in;
    if (is_run) {
      std::memcpy(out, from, count * bytes);
      out += count * bytes;
    } else if (bytes == 1) {
      for (uint8_t* const end = out + count; out != end; ++out, from += step) {
        *out = *from;
      }
    } else {
      for (uint32_t i = 0; i < count; ++i, out += bytes, from += step) {
        std::memcpy(out, from, bytes);
      }
    }
    for (axis = kMaxRank - 2; axis >= 0; --axis) {
      in += c.step[axis];
      if (++index[axis] < c.extent[axis]) {
        break;
      }
      in -= c.step[axis] * static_cast<int32_t>(c.extent[axis]);
      index[axis] = 0;
    }
  }
}

void CopyRows(uint32_t rows, uint32_t run, const void* input, uint32_t input_step, void* output,
              uint32_t output_step) {
  const uint8_t* in = static_cast<const uint8_t*>(input);
  uint8_t* out = static_cast<uint8_t*>(output);
  for (uint32_t row = 0; row < rows; ++row, in += input_step, out += output_step) {
    std::memcpy(out, in, run);
  }
}

}  // namespace nn
