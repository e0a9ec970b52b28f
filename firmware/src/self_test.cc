#include "self_test.h"

#include "model.h"

namespace self_test {
namespace {

bool HasScores(const int8_t* scores) {
  for (size_t i = 0; i < mcuforge::kOutputBytes; ++i) {
    if (model::Scores()[i] != scores[i]) return false;
  }
  return true;
}

}  // namespace

Result Run() {
  Result result = {};
  for (const mcuforge::GoldenVector& vector : mcuforge::kGoldenVectors) {
    model::Reset();
    // Runs that are no input can only come from a damaged image.
    if (!model::SetPacked({vector.pixels, vector.pixels_size})) break;
    ++result.ran;
    uint32_t ticks;
    if (!model::Run(&ticks)) {
      result.invoke_failed = true;
      break;
    }
    if (!HasScores(vector.scores)) break;
    ++result.passed;
  }
  return result;
}

}  // namespace self_test
