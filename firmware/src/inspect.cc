#include "inspect.h"

#include "arena.h"
#include "engine.h"
#include "line.h"
#include "model.h"
#include "model_info.h"
#include "wire/bytes.h"
#include "wire/frame.h"

namespace inspect {
namespace {

// PROFILE's reply: ticks of the whole inference, then of each op.
uint8_t g_ticks[4 * (1 + mcuforge::kOpCount)];

struct Piece {
  size_t op;
  size_t offset;
  size_t size;
};
Piece g_wanted;
bool g_sent;

Piece ReadPiece(const uint8_t* arguments) {
  return {wire::ReadU16(arguments), wire::ReadU32(arguments + 2), wire::ReadU32(arguments + 6)};
}

void NoteTicks(size_t op, uint32_t ticks) {
  if (op < mcuforge::kOpCount) wire::WriteU32(g_ticks + 4 * (1 + op), ticks);
}

void SendPiece(size_t op, uint32_t) {
  if (op != g_wanted.op) return;
  const wire::Span payload[] = {{engine::Arena() + g_wanted.offset, g_wanted.size}};
  line::Reply(wire::Command::PEEK, payload);
  g_sent = true;
}

}  // namespace

bool IsValidPeek(const uint8_t* arguments) {
  const Piece piece = ReadPiece(arguments);
  return piece.op < mcuforge::kOpCount && piece.offset <= mcuforge::kTensorArenaSize &&
         piece.size <= mcuforge::kTensorArenaSize - piece.offset;
}

bool Profile() {
  uint32_t ticks;
  if (!model::Run(&ticks, NoteTicks)) return false;
  wire::WriteU32(g_ticks, ticks);
  const wire::Span payload[] = {{g_ticks, sizeof(g_ticks)}};
  line::Reply(wire::Command::PROFILE, payload);
  return true;
}

bool Peek(const uint8_t* arguments) {
  g_wanted = ReadPiece(arguments);
  g_sent = false;
  uint32_t ticks;
  model::Run(&ticks, SendPiece);
  return g_sent;
}

}  // namespace inspect
