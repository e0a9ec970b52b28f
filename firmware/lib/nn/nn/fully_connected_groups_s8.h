// FULLY_CONNECTED by words of four channels' weights: what the portable kernel and those of Armv6-M
// and Armv7-M share. Each of them brings its own inner loop, as a class `Machine` with
//
//   AddQuad  AnyAddQuad

#ifndef MCUFORGE_NN_FULLY_CONNECTED_GROUPS_S8_H_
#define MCUFORGE_NN_FULLY_CONNECTED_GROUPS_S8_H_

#include "nn/fully_connected_quads_s8.h"
#include "nn/scalar.h"

namespace nn {

constexpr uint32_t kGroup = 4;  // inputs
constexpr uint32_t kBytePair = 0x00ff00ff;

// Room for the sums of quads and, behind these, for what is added to the products of groups: those
// of all groups and of two quads, or of some groups and of so many quads.
constexpr uint32_t kAllGroups = 32;
constexpr uint32_t kQuads = 4;
constexpr uint32_t kRoom = kAllGroups + 8;
constexpr uint32_t kSomeGroups = kRoom - 4 * kQuads;

// Of a pair of channels: the sum of all P, and that of their upper halves.
struct PairSums {
  uint32_t both;
  uint32_t second;
};

inline void AddGroup(uint32_t p, PairSums* sums) {
  sums->both += p;
  sums->second += static_cast<uint32_t>(static_cast<int32_t>(p) >> 16);
}

// Adds `groups` (at least 1) of inputs to the sums of a quad's two pairs. offsets: of each group.
[[maybe_unused]] inline void AnyAddQuad(const int8_t* x, const uint32_t* weights,
                                        const uint32_t* offsets, uint32_t groups, PairSums* sums) {
  for (; groups != 0; --groups, ++offsets) {
    uint32_t p = *offsets;
    uint32_t q = p;
    for (uint32_t k = 0; k < kGroup; ++k) {
      const auto input = static_cast<uint32_t>(*x++);
      const uint32_t word = *weights++;
      p += (word & kBytePair) * input;
      q += ((word >> 8) & kBytePair) * input;
    }
    AddGroup(p, &sums[0]);
    AddGroup(q, &sums[1]);
  }
}

// The same of a pair that is left.
[[gnu::noinline]] inline void AddPair(const int8_t* x, const uint32_t* weights,
                                      const uint32_t* offsets, uint32_t groups, PairSums* sums) {
  for (; groups != 0; --groups, x += kGroup) {
    uint32_t p = *offsets++;
    for (uint32_t k = 0; k < kGroup; k += 2) {
      const uint32_t word = *weights++;
      p += (word & kBytePair) * static_cast<uint32_t>(x[k]);
      p += ((word >> 8) & kBytePair) * static_cast<uint32_t>(x[k + 1]);
    }
    AddGroup(p, sums);
  }
}

[[gnu::noinline]] inline void FillOffsets(const int8_t* x, uint32_t groups, uint32_t* offsets) {
  for (; groups != 0; --groups, x += kGroup) {
    *offsets++ = 0x8000 - static_cast<uint32_t>(x[0] + x[1] + x[2] + x[3]) * 0x00800080;
  }
}

// What sums are before the first product.
inline void StartSums(const QuadBias* biases, uint32_t pairs, uint32_t groups, PairSums* sums) {
  for (; pairs != 0; --pairs, biases += 2, ++sums) {
    const auto second = static_cast<uint32_t>(biases[1] >> 8);
    sums->both = static_cast<uint32_t>(biases[0] >> 8) + (second << 16) - groups * 0x8000;
    sums->second = second;
  }
}

// Adds what shortened weights lack of the channels from `channel` on. x: the inputs.
[[gnu::noinline]] inline void AddShortages(const Shortages& of, uint32_t channel, uint32_t pairs,
                                           const int8_t* x, uint32_t in_features, PairSums* sums) {
  for (uint32_t i = 0; i < of.count; ++i) {
    uint32_t k = (of.words[i] >> 8) - channel * in_features;
    if (k >= 2 * pairs * in_features) {
      continue;
    }
    uint32_t c = 0;
    for (; k >= in_features; k -= in_features) {
      ++c;
    }
    const auto more = static_cast<uint32_t>(x[k] * static_cast<int8_t>(of.words[i]));
    sums[c >> 1].both += c & 1 ? more << 16 : more;
    sums[c >> 1].second += c & 1 ? more : 0;
  }
}

// From sums to outputs. multiplier_step: to the next channel's, or 0 for one for all.
[[gnu::noinline]] inline void FinishPairs(const PairSums* sums, const PairSums* end,
                                          const QuadBias* biases, const int32_t* multipliers,
                                          uint32_t multiplier_step, int32_t twice_zero_point,
                                          int8_t* out) {
  do {
    auto acc = static_cast<int32_t>(sums->both - (sums->second << 16));
    for (uint32_t i = 0; i < 2; ++i) {
      const int32_t right = *biases++ & 31;
      *out++ = FastOutput(acc, {0, *multipliers, (twice_zero_point << right) >> 1, right});
      multipliers += multiplier_step;
      acc = static_cast<int32_t>(sums->second);
    }
  } while (++sums != end);
}

// FullyConnectedQuadsS8 with a machine's inner loop.
template <class Machine>
void FullyConnectedByQuads(const FullyConnectedParams& p, int32_t multiplier,
                           const int32_t* channel_multipliers, const QuadBias* biases,
                           const uint32_t* weights, const Shortages& shortages, const int8_t* input,
                           int8_t* output) {
  const uint32_t groups = (p.in_features + kGroup - 1) / kGroup;
  const uint32_t most_pairs = groups <= kAllGroups ? 4 : 2 * kQuads;
  const uint32_t most_groups = groups <= kAllGroups ? kAllGroups : kSomeGroups;
  uint32_t room[kRoom];
  PairSums* const sums = reinterpret_cast<PairSums*>(room);
  uint32_t* const offsets = room + kRoom - most_groups;
  for (uint32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const x = input + batch * p.in_features;
    const uint32_t* block = weights;
    uint32_t filled = UINT32_MAX;  // the group from which on offsets are there
    for (uint32_t channel = 0, pairs; channel < p.out_features; channel += 2 * pairs) {
      const uint32_t left = p.out_features - channel;
      pairs = left < 4 ? 1 : left < 2 * most_pairs ? left / 4 * 2 : most_pairs;
      channel -= left == 1;
      StartSums(biases + channel, pairs, groups, sums);
      for (uint32_t at = 0; at < groups; at += most_groups) {
        const uint32_t count = groups - at < most_groups ? groups - at : most_groups;
        const int8_t* const from = x + kGroup * at;
        if (at != filled) {
          FillOffsets(from, count, offsets);
          filled = at;
        }
        if (pairs == 1) {
          AddPair(from, block + kGroup / 2 * at, offsets, count, sums);
        } else {
          const uint32_t* quad = block + kGroup * at;
          for (uint32_t i = 0; i < pairs; i += 2, quad += kGroup * groups) {
            Machine::AddQuad(from, quad, offsets, count, sums + i);
          }
        }
      }
      block += kGroup / 2 * groups * pairs;
      if (shortages.count != 0) {
        AddShortages(shortages, channel, pairs, x, p.in_features, sums);
      }
      FinishPairs(sums, sums + pairs, biases + channel,
                  channel_multipliers ? channel_multipliers + channel : &multiplier,
                  channel_multipliers ? 1 : 0, 2 * p.out_zero_point + 1,
                  output + batch * p.out_features + channel);
    }
  }
  ClampAll(output, p.batches * p.out_features, p.out_min, p.out_max);
}

}  // namespace nn

#endif  // MCUFORGE_NN_FULLY_CONNECTED_GROUPS_S8_H_
