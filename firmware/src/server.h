// The command loop: takes frames off the line and serves them one at a time (docs/protocol.md).

#ifndef MCUFORGE_SRC_SERVER_H_
#define MCUFORGE_SRC_SERVER_H_

#include "wire/ids.h"

namespace server {

// Serves requests forever. `setup` is how the model's set-up ended; console::Kept() has its
// messages.
[[noreturn]] void Run(wire::Setup setup);

}  // namespace server

#endif  // MCUFORGE_SRC_SERVER_H_
