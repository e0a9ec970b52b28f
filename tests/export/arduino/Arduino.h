// The part of the Arduino API that the exports' sketches use, for a bare image in QEMU.

#ifndef TESTS_EXPORT_ARDUINO_H_
#define TESTS_EXPORT_ARDUINO_H_

#include <cstddef>
#include <cstdint>

class SerialPort {
 public:
  void begin(unsigned long) {}
  explicit operator bool() const { return true; }
  int available();
  int read();
  size_t write(const uint8_t* bytes, size_t size);
  void print(const char* text);
  void println(const char* text);
  void println(int number);
};

extern SerialPort Serial;

void delay(unsigned long ms);
void setup();
void loop();

#endif  // TESTS_EXPORT_ARDUINO_H_
