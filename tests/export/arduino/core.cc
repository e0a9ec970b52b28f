// An Arduino core whose serial line is semihosting. It ends with the first delay, or when a sketch
// wants to read more than INPUT_BYTES bytes: numbers from 0 on.

#include "Arduino.h"

extern "C" {
#include "board.h"
}

#if !defined(INPUT_BYTES)
#define INPUT_BYTES 0
#endif

namespace {

int g_read = 0;
bool g_is_over = false;

}  // namespace

SerialPort Serial;

int SerialPort::available() { return 1; }

int SerialPort::read() {
  if (g_read == INPUT_BYTES) g_is_over = true;
  return g_read++ % 256;
}

size_t SerialPort::write(const uint8_t* bytes, size_t) {
  if (!g_is_over) {
    board_print_number(*bytes);
    board_print(" ");
  }
  return 1;  // a part only, as cores do whose buffer is small
}

void SerialPort::print(const char* text) { board_print(text); }

void SerialPort::println(const char* text) {
  board_print(text);
  board_print("\n");
}

void SerialPort::println(int number) {
  board_print_number(number);
  board_print("\n");
}

void delay(unsigned long) { g_is_over = true; }

int main() {
  setup();
  while (!g_is_over) loop();
  return 0;
}
