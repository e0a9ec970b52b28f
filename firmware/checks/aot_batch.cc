// The check runner for generated code: a case's model in the batch (batch.h) is a number, u32:
// which of those that were linked.

#include <cstring>

#include "aot_case.h"
#include "aot_cases.h"
#include "batch.h"

namespace checks {
namespace {

// Copies all inputs in or all outputs out; returns their bytes, which are at most `limit`.
uint32_t SetInputs(const AotCase& model, const uint8_t* from, uint32_t limit) {
  uint32_t at = 0;
  for (size_t i = 0; i < model.input_count; ++i) {
    const auto bytes = static_cast<uint32_t>(model.input_bytes[i]);
    if (at + bytes <= limit) {
      std::memcpy(model.input(static_cast<int>(i)), from + at, bytes);
    }
    at += bytes;
  }
  return at;
}

uint32_t GetOutputs(const AotCase& model, uint8_t* to, uint32_t limit) {
  uint32_t at = 0;
  for (size_t i = 0; i < model.output_count; ++i) {
    const auto bytes = static_cast<uint32_t>(model.output_bytes[i]);
    if (at + bytes <= limit) {
      std::memcpy(to + at, model.output(static_cast<int>(i)), bytes);
    }
    at += bytes;
  }
  return at;
}

Result RunCase(const AotCase& model, const Case& c, const uint8_t* inputs, uint8_t* outputs) {
  Result result{0, 0, static_cast<uint32_t>(model.arena_bytes)};
  const auto outcome = [&](Outcome what, uint32_t detail) {
    result.outcome = static_cast<uint32_t>(what);
    result.detail = detail;
    return result;
  };
  if (model.arena_bytes != c.arena_bytes) {
    return outcome(Outcome::kArenaUsedDiffers, result.arena_used);
  }
  uint8_t* const small = Allocate(c.arena_bytes >= 16 ? c.arena_bytes - 16 : 0);
  if (c.arena_bytes >= 16 && (model.init(small, c.arena_bytes - 16) || !GuardsIntact())) {
    return outcome(Outcome::kSmallArenaWorked, c.arena_bytes - 16);
  }
  FreeLast();
  uint8_t* const odd = Allocate(c.arena_bytes + 16, 8);
  if (model.init(odd, c.arena_bytes + 16)) {
    return outcome(Outcome::kSmallArenaWorked, c.arena_bytes);
  }
  FreeLast();
  uint8_t* const arena = Allocate(c.arena_bytes);
  std::memset(arena, 0xA5, c.arena_bytes);  // nothing may count on zeros
  if (!model.init(arena, c.arena_bytes)) {
    return outcome(Outcome::kRefused, 0);
  }
  for (uint32_t round = 0; round < 2; ++round) {
    const uint32_t input_bytes = SetInputs(model, inputs, c.input_bytes);
    if (input_bytes != c.input_bytes) {
      return outcome(Outcome::kSizesDiffer, input_bytes);
    }
    if (!model.invoke()) {
      return outcome(Outcome::kInvokeFailed, round);
    }
    const uint32_t output_bytes =
        GetOutputs(model, outputs + round * c.output_bytes, c.output_bytes);
    if (output_bytes != c.output_bytes) {
      return outcome(Outcome::kSizesDiffer, output_bytes);
    }
  }
  return GuardsIntact() ? result : outcome(Outcome::kGuardBroken, 0);
}

}  // namespace

uint32_t RunBatch() {
  for (uint32_t number = 0;; ++number) {
    Case c;
    Read(&c.model_bytes, sizeof(c.model_bytes));
    if (c.model_bytes == 0) {
      return number;
    }
    Read(&c.arena_bytes, sizeof(c) - sizeof(c.model_bytes));
    uint32_t index;
    Read(&index, sizeof(index));
    uint8_t* const inputs = Allocate(c.input_bytes);
    Read(inputs, c.input_bytes);
    uint8_t* const outputs = Allocate(2 * c.output_bytes);
    std::memset(outputs, 0, 2 * c.output_bytes);
    const Result result = RunCase(kAotCases[index], c, inputs, outputs);
    const char message[kMessageBytes] = "arena too small";  // Init says so by false
    Write(&result, sizeof(result));
    Write(message, sizeof(message));
    Write(outputs, 2 * c.output_bytes);
    FreeAll();
  }
}

}  // namespace checks
