// Sends messages through firmware/src/console.cc as the runtime does; shows what is kept of them
// and what goes over the line.

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "board.h"
#include "console.h"
#include "tensorflow/lite/micro/debug_log.h"

namespace {

std::string g_line;

void Say(const char* format, ...) {
  va_list args;
  va_start(args, format);
  DebugLog(format, args);
  va_end(args);
}

int Format(char* buffer, size_t size, const char* format, ...) {
  va_list args;
  va_start(args, format);
  const int length = DebugVsnprintf(buffer, size, format, args);
  va_end(args);
  return length;
}

void Show(const char* what) {
  const wire::Span kept = console::Kept();
  std::printf("%s: %.*s|", what, static_cast<int>(kept.size),
              reinterpret_cast<const char*>(kept.data));
  int frames = 0;  // each begins with a delimiter, and ends with two
  for (char byte : g_line) frames += byte == 0;
  std::printf("%d\n", frames / 3);
}

}  // namespace

namespace board {

void UartWrite(const uint8_t* data, size_t size) {
  g_line.append(reinterpret_cast<const char*>(data), size);
}

}  // namespace board

int main() {
  Show("nothing");
  Say("\r\n");
  Say("%s", "");
  Show("empty");
  Say("one %d\r\n", 1);
  Show("one");
  Say("two\n\n");
  Show("two");
  Say("%s", std::string(200, 'x').c_str());
  Show("full");
  Say("three");
  Show("still full");
  console::Clear();
  Show("cleared");
  Say("four");
  Show("four");
  console::Clear();
  Say("5");
  Say("\n");
  Say("6");
  Show("short");
  char buffer[8] = "unset";
  std::printf("%d %s", Format(buffer, 0, "abc"), buffer);
  std::printf(" %d", Format(buffer, sizeof(buffer), "%s", "abc"));
  std::printf(" %s\n", buffer);
}
