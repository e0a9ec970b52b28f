#include "console.h"

#include <cstdarg>

#include "line.h"
#include "text.h"

// Not needed; but where it is there, another signature is an error.
#if __has_include("tensorflow/lite/micro/debug_log.h")
#include "tensorflow/lite/micro/debug_log.h"
#endif

namespace console {
namespace {

constexpr size_t kKeptBytes = 120;     // at most 255: INFO sends the length as one byte
constexpr size_t kMessageBytes = 128;  // longer messages are cut

char g_kept[kKeptBytes];
size_t g_kept_size = 0;

void Keep(const char* message, size_t size) {
  for (size_t i = 0; i < size && g_kept_size < kKeptBytes; ++i) g_kept[g_kept_size++] = message[i];
}

bool IsLineEnd(char c) { return c == '\r' || c == '\n'; }

void Say(const char* format, va_list args) {
  char message[kMessageBytes];
  size_t size = text::Format(message, sizeof(message), format, args);
  while (size > 0 && IsLineEnd(message[size - 1])) --size;
  if (size == 0) return;  // the runtime ends its lines with a message of their own
  if (g_kept_size > 0) Keep("; ", 2);
  Keep(message, size);
  const wire::Span payload[] = {{reinterpret_cast<const uint8_t*>(message), size}};
  line::Send(wire::Event::LOG, payload);
}

}  // namespace

void Clear() { g_kept_size = 0; }

wire::Span Kept() { return {reinterpret_cast<const uint8_t*>(g_kept), g_kept_size}; }

}  // namespace console

// TFLM asks its port for these two. They are weak, so that a library which brings its own wins.
extern "C" {

__attribute__((weak)) void DebugLog(const char* format, va_list args) {
  console::Say(format, args);
}

__attribute__((weak)) int DebugVsnprintf(char* buffer, size_t size, const char* format,
                                         va_list args) {
  return size == 0 ? 0 : static_cast<int>(text::Format(buffer, size, format, args));
}

}  // extern "C"
