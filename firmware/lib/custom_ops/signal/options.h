// The options of a custom op: a flexbuffer that holds a map of numbers by name
// (flatbuffers.dev/flatbuffers_internals, "FlexBuffers"). Not by flatbuffers/flexbuffers.h: that
// takes more flash, and upstream's reads without bounds.

#ifndef CUSTOM_OPS_SIGNAL_OPTIONS_H_
#define CUSTOM_OPS_SIGNAL_OPTIONS_H_

#include <cstddef>
#include <cstdint>

namespace custom_ops {

// The integer or bool that `key` names, `fallback` where the map has no such key or is none.
// Nothing outside of the buffer is read.
int32_t Option(const char* buffer, size_t length, const char* key, int32_t fallback);

// The same of a real number; an integer is one, too.
float FloatOption(const char* buffer, size_t length, const char* key, float fallback);

}  // namespace custom_ops

#endif  // CUSTOM_OPS_SIGNAL_OPTIONS_H_
