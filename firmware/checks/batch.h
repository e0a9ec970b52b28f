// The check runner: runs (model, inputs) cases that verification/golden.py writes, with every
// buffer guarded, and reports what came out. One source for every machine; the two functions groups
// below are what a machine supplies (target.cc under QEMU, host.cc as a process under sanitizers).
//
// Nothing here is part of a firmware image that users flash.
//
// Batch, all numbers u32 little-endian, until a case with model_bytes 0:
//   model_bytes, arena_bytes, input_bytes, output_bytes, sweep_step
//   model, inputs one behind the other
// Results, one a case, in order:
//   outcome, detail, arena_used, message (kMessageBytes, zero-terminated)
//   outputs of the first Invoke, outputs of the second (zeros where it did not come to that)

#ifndef MCUFORGE_CHECKS_BATCH_H_
#define MCUFORGE_CHECKS_BATCH_H_

#include <cstdint>

#include "tensorflow/lite/micro/graph.h"

namespace checks {

constexpr uint32_t kMessageBytes = 160;

// verification/golden.py has the same numbers.
enum class Outcome : uint32_t {
  kOk = 0,
  kRefused = 1,           // AllocateTensors failed in the arena that the plan says is enough
  kArenaUsedDiffers = 2,  // detail: arena_used_bytes()
  kSmallArenaWorked =
      3,             // AllocateTensors succeeded in an arena that is too small; detail: its size
  kSizesDiffer = 4,  // the interpreter's inputs or outputs have other sizes; detail: what it has
  kInvokeFailed = 5,
  kGuardBroken = 6,     // bytes round a buffer changed
  kOpWroteOutside = 7,  // an op changed arena bytes that are not its outputs; detail: its node
};

// A case and its result as the batch has them, without what follows.
struct Case {
  uint32_t model_bytes;
  uint32_t arena_bytes;
  uint32_t input_bytes;
  uint32_t output_bytes;
  uint32_t sweep_step;
};

struct Result {
  uint32_t outcome;
  uint32_t detail;
  uint32_t arena_used;
};

// Runs all cases of the batch. Returns how many.
uint32_t RunBatch();

// ---- what a machine supplies

// The next `bytes` of the batch.
void Read(void* to, uint32_t bytes);
void Write(const void* from, uint32_t bytes);

// A buffer at a multiple of 16 bytes (plus `misalign`, below 16), with guards round it.
uint8_t* Allocate(uint32_t bytes, uint32_t misalign = 0);
bool GuardsIntact();
void FreeLast();
void FreeAll();

// What one op may touch of an arena's activations, in bytes from the arena's start.
struct Range {
  uint32_t begin, end;
};

// From here to AllowAll(), touching arena bytes in [from, arena_bytes) that are in none of `ranges`
// is an error that ends the program, where the machine can tell; elsewhere it does nothing.
void AllowOnly(uint8_t* arena, uint32_t from, uint32_t arena_bytes, const Range* ranges,
               uint32_t count);
void AllowAll(uint8_t* arena, uint32_t arena_bytes);

}  // namespace checks

#endif  // MCUFORGE_CHECKS_BATCH_H_
