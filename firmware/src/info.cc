#include "info.h"

#include "arena.h"
#include "board.h"
#include "engine.h"
#include "frontend.h"
#include "line.h"
#include "model_info.h"
#include "wire/bytes.h"
#include "wire/sha256.h"

namespace info {
namespace {

constexpr char kBoard[] = MCUFORGE_BOARD;
constexpr char kBuildId[] = MCUFORGE_BUILD_ID;
constexpr size_t kBuildIdBytes = 8;
static_assert(sizeof(kBuildId) == 2 * kBuildIdBytes + 1, "MCUFORGE_BUILD_ID has 16 hex digits");
static_assert(sizeof(kBoard) - 1 <= 255, "the length of the board's id is sent as one byte");

constexpr wire::Isa kIsa =
#if defined(MCUFORGE_ISA_MVE)
    wire::Isa::MVE;
#elif defined(MCUFORGE_ISA_DSP)
    wire::Isa::DSP;
#else
    wire::Isa::SCALAR;
#endif

constexpr wire::Runtime kRuntime =
#if defined(MCUFORGE_RUNTIME_UPSTREAM)
    wire::Runtime::UPSTREAM;
#elif MCUFORGE_ENGINE_AOT
    wire::Runtime::AOT;
#else
    wire::Runtime::MCUFORGE;
#endif

uint8_t HexDigit(char c) {
  return static_cast<uint8_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

uint32_t U32(size_t value) { return static_cast<uint32_t>(value); }

}  // namespace

// Not inlined: its buffers would lie below every inference on the stack.
[[gnu::noinline]] void Reply(wire::Setup setup, wire::Span message, uint8_t window,
                             size_t max_payload, uint8_t batch) {
  uint8_t fixed[74];
  uint8_t* at = fixed;
  *at++ = wire::kPROTOCOL_VERSION;
  *at++ = static_cast<uint8_t>(setup);
  *at++ = static_cast<uint8_t>(kIsa);
  *at++ = static_cast<uint8_t>(kRuntime);
  *at++ = window;
  for (size_t i = 0; i < kBuildIdBytes; ++i) {
    *at++ = static_cast<uint8_t>(HexDigit(kBuildId[2 * i]) << 4 | HexDigit(kBuildId[2 * i + 1]));
  }
  engine::WriteSha256(at);
  at += wire::kSha256Bytes;
  at = wire::WriteU32(at, U32(mcuforge::kTensorArenaSize));
  at = wire::WriteU32(at, U32(engine::ArenaUsedBytes()));
  at = wire::WriteU32(at, board::ClockHz());
  at = wire::WriteU32(at, board::TickHz());
  at = wire::WriteU32(at, U32(mcuforge::kInputBytes));
  at = wire::WriteU32(at, U32(mcuforge::kOutputBytes));
  at = wire::WriteU32(at, U32(max_payload));
  *at++ = sizeof(kBoard) - 1;

  uint8_t unique_id[1 + board::kUniqueIdMaxBytes];
  const size_t unique_id_size = board::UniqueId(unique_id + 1);
  unique_id[0] = static_cast<uint8_t>(unique_id_size);
  uint8_t extensions[mcuforge::kSampleBytes > 0 ? 11 : 7];
  uint8_t* extension = wire::WriteU32(extensions, MCUFORGE_UART_MAX_BAUD);
  *extension++ = batch;
  *extension++ = mcuforge::kInputCount;
  *extension++ = mcuforge::kOutputCount;
  if constexpr (mcuforge::kSampleBytes > 0) {
    wire::WriteU32(extension, U32(mcuforge::kSampleBytes));
  }

  const uint8_t message_size = static_cast<uint8_t>(message.size);
  const wire::Span payload[] = {{fixed, static_cast<size_t>(at - fixed)},
                                {reinterpret_cast<const uint8_t*>(kBoard), sizeof(kBoard) - 1},
                                {&message_size, 1},
                                message,
                                {unique_id, 1 + unique_id_size},
                                {extensions, sizeof(extensions)}};
  line::Reply(wire::Command::INFO, payload);
}

}  // namespace info
