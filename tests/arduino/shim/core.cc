// An Arduino core for Linux: standard input and output are the serial line.

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "Arduino.h"

namespace {

bool g_begun = false;

}  // namespace

SerialPort Serial;

void SerialPort::begin(unsigned long baud) { g_begun = baud != 0; }

int SerialPort::available() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  return g_begun && poll(&input, 1, 0) > 0 ? 1 : 0;
}

int SerialPort::read() {
  uint8_t byte;
  if (::read(STDIN_FILENO, &byte, 1) != 1) _exit(0);  // the other end is gone
  return byte;
}

// Takes a part only, as cores do whose buffer is small.
size_t SerialPort::write(const uint8_t* data, size_t size) {
  const ssize_t written = ::write(STDOUT_FILENO, data, size < 16 ? size : 16);
  return written > 0 ? static_cast<size_t>(written) : 0;
}

unsigned long micros() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<unsigned long>(now.tv_sec) * 1000000u + now.tv_nsec / 1000;
}

void yield() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  poll(&input, 1, 1);  // ms; a core returns at once, but this one shares its processor
}

int main() {
  setup();
  for (;;) loop();
}
