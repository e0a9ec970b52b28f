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

int main() {
  board::Init();
  server::Run(model::Setup());
}

#endif
