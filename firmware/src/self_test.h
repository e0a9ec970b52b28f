// A test that the board makes by itself: the model on vectors in flash, or made of seeds, against
// the oracle's outputs.

#ifndef MCUFORGE_SRC_SELF_TEST_H_
#define MCUFORGE_SRC_SELF_TEST_H_

#include <cstdint>

#include "golden_vectors.h"

namespace self_test {

constexpr uint8_t kVectors = mcuforge::kGoldenVectors.size() + mcuforge::kSeededVectors.size();

struct Result {
  uint8_t ran;         // vectors on which the model was run
  uint8_t passed;      // vectors, from the first on, that gave their outputs
  bool invoke_failed;  // the runtime failed on the last one; console::Kept() says why
};

// Runs the model on each vector until one fails. The model must have been set up.
Result Run();

// Whether the image was made to run the test at each boot (invoke build --self-test).
bool IsDueAtBoot();

// Prints what came of it as a line of text, for a terminal in place of a host.
void Print(const Result& result);

}  // namespace self_test

#endif  // MCUFORGE_SRC_SELF_TEST_H_
