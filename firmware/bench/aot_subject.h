// What main.cc measures: the model as code that codegen/aot made.

#ifndef MCUFORGE_BENCH_AOT_SUBJECT_H_
#define MCUFORGE_BENCH_AOT_SUBJECT_H_

#include "bench_model.h"
#include "model_model.h"
#include "start.h"

namespace subject {
namespace {

uint8_t* g_arena;
size_t g_arena_bytes;

inline bool Make(uint8_t* arena, size_t arena_bytes) {
  g_arena = arena;
  g_arena_bytes = arena_bytes;
  return true;
}

inline bool Init() { return model::Init(g_arena, g_arena_bytes); }
inline uint32_t ArenaBytes() { return model::kArenaBytes; }
inline uint8_t* Input(int i) { return static_cast<uint8_t*>(model::Input(i)); }
inline const uint8_t* Output(int i) { return static_cast<const uint8_t*>(model::Output(i)); }

#if MCUFORGE_BENCH_PROFILE
uint32_t g_op_start;

inline bool Invoke() {
  g_op_start = Ticks();
  return model::Invoke();
}
#else
inline bool Invoke() { return model::Invoke(); }
#endif

}  // namespace
}  // namespace subject

#if MCUFORGE_BENCH_PROFILE
// One line an op, as the interpreter's profiler prints it: here the op's number for its name.
extern "C" void bench_after_op(uint32_t op) {
  const uint32_t ticks = Ticks() - subject::g_op_start;
  Print("op ");
  PrintHex(op, 8);
  PrintField(" ", ticks);
  subject::g_op_start = Ticks();
}
#endif

#endif  // MCUFORGE_BENCH_AOT_SUBJECT_H_
