#include "input.h"

#include "model.h"
#include "wire/bytes.h"
#include "wire/ids.h"

namespace input {
namespace {

using wire::Format;
using wire::Span;

Format FormatOf(Span input) { return static_cast<Format>(input.data[0]); }

Span From(Span bytes, size_t offset) { return {bytes.data + offset, bytes.size - offset}; }

}  // namespace

bool HasLength(Span input) {
  if (input.size == 0) return false;
  if (FormatOf(input) == Format::PACKED_U8) return true;  // shows when unpacked
  return input.size == (FormatOf(input) == Format::LOADED ? 1 + sizeof(uint32_t) : kMaxBytes);
}

bool Set(Span input) {
  const Format format = FormatOf(input);
  const Span values = From(input, 1);
  switch (format) {
    case Format::PIXELS_U8:
    case Format::RAW_S8:
    case Format::PACKED_U8:
      return model::Set(format, values);
    case Format::LOADED:
      return model::IsLoaded(wire::ReadU32(values.data));
  }
  return false;
}

bool Load(Span payload) {
  const Format format = FormatOf(payload);
  if (format != Format::PIXELS_U8 && format != Format::RAW_S8 && format != Format::PACKED_U8) {
    return false;
  }
  return model::Load(format, wire::ReadU32(payload.data + 1), From(payload, kLoadHeadBytes));
}

}  // namespace input
