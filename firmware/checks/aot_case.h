// A model that codegen/aot made C++ of, as the check runner's table has it (aot_batch.cc).

#ifndef MCUFORGE_CHECKS_AOT_CASE_H_
#define MCUFORGE_CHECKS_AOT_CASE_H_

#include <cstddef>

namespace checks {

struct AotCase {
  size_t arena_bytes;
  size_t input_count;
  size_t output_count;
  const size_t* input_bytes;
  const size_t* output_bytes;
  bool (*init)(void* arena, size_t bytes);
  void* (*input)(int index);
  const void* (*output)(int index);
  bool (*invoke)();
};

}  // namespace checks

#endif  // MCUFORGE_CHECKS_AOT_CASE_H_
