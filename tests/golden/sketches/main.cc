// What an Arduino core does for a sketch. Each sketch has setup and loop, and gives in loop an
// answer of 0 where it is content.

#include <cstdio>

#include "sketch.h"

int g_answer = 99;

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // all that was said before a sanitizer ends it
  setup();
  loop();
  return g_answer;
}
