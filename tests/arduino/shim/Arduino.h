// The part of the Arduino API that firmware/boards/arduino uses, over standard input and output.

#ifndef MCUFORGE_TESTS_ARDUINO_H_
#define MCUFORGE_TESTS_ARDUINO_H_

#include <cstddef>
#include <cstdint>

class SerialPort {
 public:
  void begin(unsigned long baud);
  int available();
  int read();  // -1: nothing there
  size_t write(const uint8_t* data, size_t size);
  explicit operator bool() const { return true; }
};

extern SerialPort Serial;

// As on 32-bit cores: a long has 32 bits there, but not on every host.
unsigned long micros();
void yield();

void setup();
void loop();

#endif  // MCUFORGE_TESTS_ARDUINO_H_
