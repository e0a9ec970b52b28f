// What runs here: the reply to INFO.

#ifndef MCUFORGE_SRC_INFO_H_
#define MCUFORGE_SRC_INFO_H_

#include <cstddef>

#include "wire/frame.h"

namespace info {

// Sends the INFO reply. `setup` is how the model's set-up ended, `message` the runtime's words on
// it, `window` how many requests may be on the way at once, `max_payload` the longest payload that
// a request may have, `batch` the most inputs of a BATCH.
void Reply(wire::Setup setup, wire::Span message, uint8_t window, size_t max_payload,
           uint8_t batch);

}  // namespace info

#endif  // MCUFORGE_SRC_INFO_H_
