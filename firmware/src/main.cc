#include "board.h"
#include "model.h"
#include "server.h"

#if defined(ARDUINO)

#include <Arduino.h>

// main() is the core's, and calls these. Run() never returns; it yields to the core while it waits.
void setup() {
  board::Init();
  server::Run(model::Setup());
}

void loop() {}

#else

// Not inlined, so that `invoke size` counts the application as such and not as start-up code; nor
// cloned, so that a debugger finds it.
[[gnu::noipa]] int main() {
  board::Init();
  server::Run(model::Setup());
}

#endif
