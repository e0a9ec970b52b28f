// CAST between int8, int16, int32, uint32, float32 and bool: values as they are, no scales.

#ifndef MCUFORGE_NN_CAST_H_
#define MCUFORGE_NN_CAST_H_

#include <cstdint>

namespace nn {

enum class CastType : uint8_t { kS8, kS16, kS32, kF32, kBool, kU32 };

struct CastParams {
  uint32_t count;
  CastType from, to;
};

// To a narrower integer, the low bits are kept; to bool, what is not 0 becomes 1; an integer rounds
// to the nearest float32. A float32 is cut off towards zero; where it is beyond int32, to int32's
// nearest end (upstream leaves that open). A uint32 is none of float32. Buffers are aligned to
// their elements and do not overlap.
void Cast(const CastParams& params, const void* input, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_CAST_H_
