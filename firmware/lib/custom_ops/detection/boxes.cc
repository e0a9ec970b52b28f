#include "detection/boxes.h"

#include <cstring>

// A product and a sum are rounded each, on cores that could do both at once, too.
#pragma GCC optimize("fp-contract=off")

namespace custom_ops {
namespace detection {
namespace {

// e^x to a few units of a double's last place: x = k ln 2 + r, and the series of e^r.
double Exp(double x) {
  constexpr double kMost = 700;
  x = x > kMost ? kMost : (x < -kMost ? -kMost : x);  // beyond a float32 by far
  constexpr double kLog2High = 0x1.62e42fefa0000p-1;
  constexpr double kLog2Low = 0x1.cf79abc9e3b39p-40;
  constexpr double kPerLog2 = 1.4426950408889634;
  const auto k = static_cast<int32_t>(x * kPerLog2);
  const double r = (x - k * kLog2High) - k * kLog2Low;
  constexpr int32_t kTerms = 17;  // as |r| < ln 2
  double sum = 1;
  for (int32_t i = kTerms; i > 0; --i) {
    sum = 1 + sum * r / i;
  }
  const uint64_t bits = static_cast<uint64_t>(1023 + k) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof(power));
  return sum * power;
}

float Larger(float a, float b) { return a > b ? a : b; }
float Smaller(float a, float b) { return a < b ? a : b; }

// Whether `a` comes before `b`.
bool IsBefore(const float* scores, int32_t a, int32_t b) {
  return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
}

// Lets order[at] sink in the heap of `count`, whose root comes last.
void Sink(const float* scores, int32_t* order, int32_t at, int32_t count) {
  const int32_t index = order[at];
  for (;;) {
    int32_t child = 2 * at + 1;
    if (child + 1 < count && IsBefore(scores, order[child], order[child + 1])) {
      ++child;
    }
    if (child >= count || !IsBefore(scores, index, order[child])) {
      break;
    }
    order[at] = order[child];
    at = child;
  }
  order[at] = index;
}

}  // namespace

Box BoxOf(const Centered& said, const Centered& scales, const Centered& anchor) {
  const double anchor_h = static_cast<double>(anchor.h);
  const double anchor_w = static_cast<double>(anchor.w);
  const auto part = [](float of, float scale) {
    return static_cast<double>(of) / static_cast<double>(scale);
  };
  const auto y =
      static_cast<float>(part(said.y, scales.y) * anchor_h + static_cast<double>(anchor.y));
  const auto x =
      static_cast<float>(part(said.x, scales.x) * anchor_w + static_cast<double>(anchor.x));
  const auto half_h = static_cast<float>(0.5 * Exp(part(said.h, scales.h)) * anchor_h);
  const auto half_w = static_cast<float>(0.5 * Exp(part(said.w, scales.w)) * anchor_w);
  return Box{y - half_h, x - half_w, y + half_h, x + half_w};
}

bool IsBox(const Box& box) { return box.y_min < box.y_max && box.x_min < box.x_max; }

float Overlap(const Box& a, const Box& b) {
  const float area_a = (a.y_max - a.y_min) * (a.x_max - a.x_min);
  const float area_b = (b.y_max - b.y_min) * (b.x_max - b.x_min);
  if (!(area_a > 0) || !(area_b > 0)) {
    return 0;
  }
  const float h = Larger(Smaller(a.y_max, b.y_max) - Larger(a.y_min, b.y_min), 0);
  const float w = Larger(Smaller(a.x_max, b.x_max) - Larger(a.x_min, b.x_min), 0);
  const float both = h * w;
  return both / (area_a + area_b - both);
}

void SortByScore(const float* scores, int32_t count, int32_t* order) {
  for (int32_t at = count / 2; at-- > 0;) {
    Sink(scores, order, at, count);
  }
  for (int32_t left = count; left-- > 1;) {
    const int32_t last = order[0];
    order[0] = order[left];
    order[left] = last;
    Sink(scores, order, 0, left);
  }
}

int32_t Suppress(const Suppression& rule, const Box* boxes, const float* scores, int32_t count,
                 int32_t* order, int32_t* kept) {
  int32_t candidates = 0;
  for (int32_t i = 0; i < count; ++i) {
    if (scores[i] >= rule.least_score) {
      order[candidates++] = i;
    }
  }
  SortByScore(scores, candidates, order);
  int32_t chosen = 0;
  for (int32_t i = 0; i < candidates && chosen < rule.most; ++i) {
    bool stands = true;
    for (int32_t j = 0; stands && j < chosen; ++j) {
      stands = !(Overlap(boxes[kept[j]], boxes[order[i]]) > rule.most_overlap);
    }
    if (stands) {
      kept[chosen++] = order[i];
    }
  }
  return chosen;
}

}  // namespace detection
}  // namespace custom_ops
