#include "board.h"
#include "model.h"
#include "server.h"

int main() {
  board::Init();
  server::Run(model::Setup());
}
