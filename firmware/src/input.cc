#include "input.h"

#include "model.h"
#include "wire/bytes.h"
#include "wire/ids.h"

namespace input {
namespace {

using wire::Format;
using wire::Span;

Format FormatOf(Span input) { return static_cast<Format>(input.data[0]); }

// Formats in which values of a plain model come.
bool IsOfPlain(Format format) {
  return format == Format::PIXELS_U8 || format == Format::RAW_S8 || format == Format::PACKED_U8;
}

// Formats in which an input comes by LOAD. A front end's model has one input.
bool IsLoadable(Format format) {
  return format == Format::RAW_S8 || (mcuforge::kIsPlain && IsOfPlain(format)) ||
         (mcuforge::kSampleBytes > 0 && format == Format::SAMPLE);
}

Span From(Span bytes, size_t offset) { return {bytes.data + offset, bytes.size - offset}; }

}  // namespace

bool HasLength(Span input) {
  if (input.size == 0) return false;
  if (FormatOf(input) == Format::LOADED) return input.size == 1 + kCrcsBytes;
  // A packed one's length shows when it is unpacked; that a model is not plain, when it is set.
  return FormatOf(input) == Format::PACKED_U8 || !mcuforge::kIsPlain || input.size == kWholeBytes;
}

bool IsValid(Span input) {
  const Format format = FormatOf(input);
  const Span values = From(input, 1);
  if (format == Format::LOADED) return AreLoaded(values.data);
  return mcuforge::kIsPlain && IsOfPlain(format) && model::IsInput(format, values);
}

void Set(Span input) {
  const Format format = FormatOf(input);
  if (format != Format::LOADED) model::Load(0, format, 0, From(input, 1));
}

bool HaveCrcs(const uint8_t* crcs) {
  for (size_t i = 0; i < mcuforge::kInputCount; ++i) {
    if (model::LoadedCrc(i) != wire::ReadU32(crcs + sizeof(uint32_t) * i)) return false;
  }
  return true;
}

bool AreLoaded(const uint8_t* crcs) { return HaveCrcs(crcs) && model::IsLoaded(); }

bool Load(Span payload) {
  const Format format = static_cast<Format>(payload.data[1]);
  if (!IsLoadable(format)) return false;
  return model::Load(payload.data[0], format, wire::ReadU32(payload.data + 2), From(payload, 6));
}

}  // namespace input
