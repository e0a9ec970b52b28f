// Made by mcuforge from the model with sha256
// 06899f8da7efd9c841d3f63c0a32b10e4ada32c53fae08917b321e5d68a29a41; do not edit.

#ifndef MCUFORGE_GENERATED_ARENA_H_
#define MCUFORGE_GENERATED_ARENA_H_

#include <cstddef>

namespace mcuforge {

// Bytes of the tensor arena, planned on the host for each instruction set; exact, not estimated.
#if MCUFORGE_RUNTIME_UPSTREAM
// estimated: that runtime keeps more in the arena, and AllocateTensors says if this is too small
constexpr size_t kTensorArenaSize = 13440;
#elif MCUFORGE_ISA_MVE
// activations 6768 B (lower bound 6768 B), persistent 640 B
constexpr size_t kTensorArenaSize = 7408;
#elif MCUFORGE_ISA_DSP
// activations 6768 B (lower bound 6768 B), persistent 640 B
constexpr size_t kTensorArenaSize = 7408;
#else  // scalar, the host included
// activations 6768 B (lower bound 6768 B), persistent 640 B
constexpr size_t kTensorArenaSize = 7408;
#endif

}  // namespace mcuforge

#endif  // MCUFORGE_GENERATED_ARENA_H_
