// Moving elements without computing: slices, transpositions, parts along an axis. Any element type;
// all sizes and steps are in bytes.

#ifndef MCUFORGE_NN_COPY_H_
#define MCUFORGE_NN_COPY_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

// An output in its natural order, read from anywhere: output element [i0, ..., i4] is the input
// element at byte start + i0 * step[0] + ... + i4 * step[4].
struct StridedCopy {
  uint32_t extent[kMaxRank];  // of the output; leading ones where the rank is smaller
  int32_t step[kMaxRank];     // in the input, any sign
  uint32_t start;
  uint32_t element_bytes;
};

// Joins neighbouring axes that lie in the input as they do in the output: fewer, longer runs.
void MergeAxes(StridedCopy* copy);

// output does not overlap input.
void CopyStrided(const StridedCopy& copy, const void* input, void* output);

// Copies `rows` runs of `run` bytes; the steps are from one run's start to the next one's. Buffers
// do not overlap.
void CopyRows(uint32_t rows, uint32_t run, const void* input, uint32_t input_step, void* output,
              uint32_t output_step);

}  // namespace nn

#endif  // MCUFORGE_NN_COPY_H_
