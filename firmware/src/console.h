// What the runtime says through TFLM's DebugLog: sent to the host as LOG frames, and kept so that
// an ERROR or the INFO reply can tell the cause.

#ifndef MCUFORGE_SRC_CONSOLE_H_
#define MCUFORGE_SRC_CONSOLE_H_

#include "wire/frame.h"

namespace console {

// Forgets the messages kept so far.
void Clear();

// The messages since Clear, joined by "; ", cut at 120 bytes: the first one is the cause.
wire::Span Kept();

}  // namespace console

#endif  // MCUFORGE_SRC_CONSOLE_H_
