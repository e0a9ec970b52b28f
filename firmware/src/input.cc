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
      model::Load(format, 0, values);
      return true;
    case Format::PACKED_U8:
      return model::SetPacked(values);
    case Format::LOADED:
      return model::IsLoaded(wire::ReadU32(values.data));
  }
  return false;
}

bool Load(Span payload, uint32_t* loaded) {
  const Format format = FormatOf(payload);
  const uint32_t offset = wire::ReadU32(payload.data + 1);
  const Span values = From(payload, kLoadHeadBytes);
  if ((format != Format::PIXELS_U8 && format != Format::RAW_S8) ||
      values.size > mcuforge::kInputBytes || offset > mcuforge::kInputBytes - values.size) {
    return false;
  }
  *loaded = static_cast<uint32_t>(model::Load(format, offset, values));
  return true;
}

}  // namespace input
