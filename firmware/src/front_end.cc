#include "front_end.h"

#if MCUFORGE_HAS_FRONT_END

#include <cstddef>
#include <new>

#include "board.h"

namespace front_end {
namespace {

using mcuforge::FrontEnd;

alignas(4) uint8_t g_memory[frontend::MemoryBytes(mcuforge::kFrontEndParameters)];

// Made anew for each sample, and never destroyed.
alignas(FrontEnd) uint8_t g_storage[sizeof(FrontEnd)];
FrontEnd* g_front_end = nullptr;
FrontEnd::Writer g_writer;
uint32_t g_ticks = 0;

}  // namespace

void Start(int8_t* input) {
  g_writer = {mcuforge::kInputStep, input};
  g_front_end = new (g_storage)
      FrontEnd(mcuforge::kFrontEndParameters, g_memory, {FrontEnd::Writer::Take, &g_writer});
  g_ticks = 0;
}

void Push(wire::Span bytes) {
  const uint32_t start = board::Ticks();
  g_front_end->Push(bytes.data, bytes.size);
  g_ticks += board::Ticks() - start;
}

uint32_t Ticks() { return g_ticks; }

}  // namespace front_end

#endif
