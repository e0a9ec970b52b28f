// Five types of elements: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/compare.h"
#include "nn/float_bits.h"

namespace nn {
namespace {

template <typename T>
Order OrderOf(T a, T b) {
  return a < b ? Order::kLess : (a == b ? Order::kEqual : Order::kGreater);
}

Order OrderOfFloats(uint32_t a, uint32_t b) {
  return IsNan(a) || IsNan(b) ? Order::kUnordered : OrderOf(RankOfFloat(a), RankOfFloat(b));
}

int32_t Rescaled(const CompareParams& p, uint32_t side, int8_t x) {
  return ApplyRequant((x - p.zero_point[side]) * (1 << kCompareLeftShift), p.requant[side]);
}

template <typename T>
T At(const void* data, uint32_t index) {
  return static_cast<const T*>(data)[index];
}

// By words: a model's constants are aligned to 4 bytes.
int64_t Int64At(const void* data, uint32_t index) {
  const uint32_t* const words = static_cast<const uint32_t*>(data) + 2 * index;
  return static_cast<int64_t>(static_cast<uint64_t>(words[1]) << 32 | words[0]);
}

Order OrderAt(const CompareParams& p, const void* input0, uint32_t i, const void* input1,
              uint32_t j) {
  switch (p.type) {
    case Compared::kQuantizedS8:
      return OrderOf(Rescaled(p, 0, At<int8_t>(input0, i)), Rescaled(p, 1, At<int8_t>(input1, j)));
    case Compared::kBool:
      return OrderOf(At<uint8_t>(input0, i) != 0, At<uint8_t>(input1, j) != 0);
    case Compared::kS32:
      return OrderOf(At<int32_t>(input0, i), At<int32_t>(input1, j));
    case Compared::kS64:
      return OrderOf(Int64At(input0, i), Int64At(input1, j));
    default:
      return OrderOfFloats(At<uint32_t>(input0, i), At<uint32_t>(input1, j));
  }
}

}  // namespace

void Compare(const CompareParams& p, const Broadcast& shape, const void* input0, const void* input1,
             void* output) {
  uint8_t* const out = static_cast<uint8_t*>(output);
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t first, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    for (uint32_t i = 0; i < count; ++i) {
      const Order order = OrderAt(p, input0, offset0 + i * step0, input1, offset1 + i * step1);
      out[first + i] = static_cast<uint8_t>(p.comparison) >> static_cast<uint8_t>(order) & 1;
    }
  });
}

}  // namespace nn
