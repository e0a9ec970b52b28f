#include "self_test.h"

#include <array>
#include <cstdarg>

#include "board.h"
#include "model.h"
#include "text.h"

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

}  // namespace

Result Run() {
  Result result = {};
  for (const mcuforge::GoldenVector& vector : mcuforge::kGoldenVectors) {
    model::Reset();
    // Runs that are no input can only come from a damaged image.
    if (!model::Set(wire::Format::PACKED_U8, {vector.pixels, vector.pixels_size})) break;
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
