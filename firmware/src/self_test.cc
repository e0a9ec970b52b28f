#include "self_test.h"

#include <array>
#include <cstdarg>
#include <cstring>

#include "board.h"
#include "engine.h"
#include "model.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "text.h"
#include "wire/crc32.h"

#if !defined(MCUFORGE_SELF_TEST_AT_BOOT)
#define MCUFORGE_SELF_TEST_AT_BOOT "no"
#endif

namespace self_test {
namespace {

// Read at boot, and so not known to the compiler: one byte of a finished image changes it.
const volatile char kAtBoot[] = "self-test at boot: " MCUFORGE_SELF_TEST_AT_BOOT;
constexpr size_t kAnswer = sizeof("self-test at boot: ") - 1;

void PrintLine(const char* format, ...) {
  char line[80];
  va_list args;
  va_start(args, format);
  const size_t size = text::Format(line, sizeof(line), format, args);
  va_end(args);
  board::UartWrite(reinterpret_cast<const uint8_t*>(line), size);
}

bool HasScores(const std::array<int8_t, mcuforge::kOutputBytes>& scores) {
  const int8_t* given = model::Scores();
  for (int8_t score : scores) {
    if (*given++ != score) return false;
  }
  return true;
}

// The numbers of codegen/emit/seeded_vectors.py.
class Draws {
 public:
  explicit Draws(uint32_t seed) : state_(seed) {}

  uint8_t Next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<uint8_t>(state_ >> 24);
  }

 private:
  uint32_t state_;
};

// Fills an input with numbers of its type, as that module does.
void Fill(size_t input, Draws& draws) {
  const model::Tensor tensor = engine::DescribeInput(input);
  uint8_t* const bytes = engine::InputBytes(input);
  const bool scaled = tensor.scale != 0;
  const size_t size = tensor.dtype == kTfLiteFloat32 || tensor.dtype == kTfLiteInt32 ? 4
                      : tensor.dtype == kTfLiteInt64                                 ? 8
                      : tensor.dtype == kTfLiteInt16                                 ? 2
                                                                                     : 1;
  for (size_t at = 0; at < tensor.bytes; at += size) {
    const uint8_t drawn = draws.Next();
    if (tensor.dtype == kTfLiteFloat32) {
      const float value = static_cast<float>(static_cast<int8_t>(drawn)) / 64.0f;
      std::memcpy(bytes + at, &value, sizeof(value));
      continue;
    }
    const bool whole = scaled && size <= 2;
    bytes[at] = whole ? drawn : drawn % (tensor.dtype == kTfLiteBool ? 2 : 4);
    for (size_t i = 1; i < size; ++i) bytes[at + i] = whole ? draws.Next() : 0;
  }
}

uint32_t OutputsCrc() {
  uint32_t crc = 0;
  for (size_t i = 0; i < mcuforge::kOutputCount; ++i) {
    const wire::Span output = model::Output(i);
    crc = wire::Crc32(output.data, output.size, crc);
  }
  return crc;
}

// Of the inputs that are there. Returns whether Invoke was well.
bool RunOnce(Result& result) {
  ++result.ran;
  uint32_t ticks;
  result.invoke_failed = !model::Run(&ticks);
  return !result.invoke_failed;
}

}  // namespace

Result Run() {
  Result result = {};
  for (const mcuforge::SeededVector& vector : mcuforge::kSeededVectors) {
    engine::Reset();
    Draws draws(vector.seed);
    for (size_t i = 0; i < mcuforge::kInputCount; ++i) Fill(i, draws);
    if (!RunOnce(result) || OutputsCrc() != vector.crc) break;
    ++result.passed;
  }
  for (const mcuforge::GoldenVector& vector : mcuforge::kGoldenVectors) {
    engine::Reset();
    // Runs that are no input can only come from a damaged image.
    if (!model::Load(0, wire::Format::PACKED_U8, 0, {vector.pixels, vector.pixels_size})) break;
    if (!RunOnce(result) || !HasScores(vector.scores)) break;
    ++result.passed;
  }
  return result;
}

bool IsDueAtBoot() { return kAtBoot[kAnswer] == 'y'; }

void Print(const Result& result) {
  if (kVectors == 0) {
    PrintLine("\r\nself-test: the image has no golden vectors\r\n");
  } else if (result.passed == kVectors) {
    PrintLine("\r\nself-test: %u golden vectors passed\r\n", kVectors);
  } else {
    PrintLine("\r\nself-test: golden vector %u (of 0 to %u) FAILED\r\n", result.passed,
              kVectors - 1);
  }
}

}  // namespace self_test
