#include "model.h"

#include <cstddef>

#include "board.h"
#include "console.h"
#include "engine.h"
#include "front_end.h"
#include "model_info.h"
#include "wire/crc32.h"

namespace model {
namespace {

// Of an input that comes in pieces: its format, its values so far, their CRC-32, and where in the
// tensor, or in a sample, the next one goes.
struct Arrival {
  wire::Format format;
  bool zeros_came;     // the first byte of a run of packed pixels
  uint8_t count_left;  // of the run's pixels
  size_t loaded;
  uint32_t crc;
  size_t next;
};
Arrival g_arrivals[mcuforge::kInputCount];

constexpr Arrival Beginning(wire::Format format) { return {format, false, 0, 0, 0, 0}; }

// Outputs may lie where inputs do.
bool g_has_outputs = false;

uint8_t ToInput(uint8_t pixel) { return static_cast<uint8_t>(mcuforge::kPixelToInput[pixel]); }

// Takes runs of packed pixels (docs/protocol.md, INFER): zeros, count, `count` pixels. `to`, if it
// is not null, holds zeros, and receives the others. False if a run goes beyond the input.
bool Unpack(Arrival& arrival, wire::Span runs, uint8_t* to) {
  for (size_t i = 0; i < runs.size; ++i) {
    const uint8_t byte = runs.data[i];
    if (arrival.count_left > 0) {
      --arrival.count_left;
      if (to != nullptr) to[arrival.next] = ToInput(byte);
      ++arrival.next;
      continue;
    }
    if (byte > mcuforge::kInputBytes - arrival.next) return false;
    arrival.zeros_came = !arrival.zeros_came;
    if (arrival.zeros_came) {
      arrival.next += byte;
    } else {
      arrival.count_left = byte;
    }
  }
  return true;
}

constexpr bool IsSample(wire::Format format) {
  return mcuforge::kSampleBytes > 0 && format == wire::Format::SAMPLE;
}

// Of a whole input in that format, but packed pixels.
size_t WholeBytes(size_t input, wire::Format format) {
  return IsSample(format) ? mcuforge::kSampleBytes : engine::DescribeInput(input).bytes;
}

// True if what came is a whole input. What follows the last run is zero.
bool IsWhole(const Arrival& arrival, size_t input) {
  if (arrival.format == wire::Format::PACKED_U8) {
    return !arrival.zeros_came && arrival.count_left == 0;
  }
  return arrival.next == WholeBytes(input, arrival.format);
}

// Moves `arrival` behind these values, which are written nowhere. False if they go beyond the
// input.
bool Skip(Arrival& arrival, size_t input, wire::Span values) {
  if (arrival.format == wire::Format::PACKED_U8) return Unpack(arrival, values, nullptr);
  arrival.next += values.size;
  return arrival.next <= WholeBytes(input, arrival.format);
}

}  // namespace

wire::Setup Setup() { return engine::Setup(); }

bool IsInput(wire::Format format, wire::Span values) {
  Arrival arrival = Beginning(format);
  return Skip(arrival, 0, values) && IsWhole(arrival, 0);
}

bool Load(size_t input, wire::Format format, size_t offset, wire::Span values) {
  if (input >= mcuforge::kInputCount) return false;
  Arrival arrival = g_arrivals[input];
  if (offset == 0) arrival = Beginning(format);
  if (offset != arrival.loaded || format != arrival.format) return true;
  Arrival after = arrival;
  if (!Skip(after, input, values)) return false;
  after.crc = wire::Crc32(values.data, values.size, arrival.crc);
  after.loaded += values.size;
  g_arrivals[input] = after;
  g_has_outputs = false;
  uint8_t* const to = engine::InputBytes(input);
  if (IsSample(format)) {
    if (offset == 0) front_end::Start(reinterpret_cast<int8_t*>(to));
    front_end::Push(values);
  } else if (format == wire::Format::PACKED_U8) {
    for (size_t i = 0; offset == 0 && i < mcuforge::kInputBytes; ++i) to[i] = ToInput(0);
    Unpack(arrival, values, to);
  } else {
    for (size_t i = 0; i < values.size; ++i) {
      const uint8_t value = values.data[i];
      to[arrival.next + i] = format == wire::Format::RAW_S8 ? value : ToInput(value);
    }
  }
  return true;
}

size_t Loaded(size_t input) { return g_arrivals[input].loaded; }

uint32_t LoadedCrc(size_t input) { return g_arrivals[input].crc; }

bool IsLoaded() {
  for (size_t i = 0; i < mcuforge::kInputCount; ++i) {
    if (g_arrivals[i].loaded == 0 || !IsWhole(g_arrivals[i], i)) return false;
  }
  return true;
}

bool Run(uint32_t* ticks, OnOp on_op) {
  console::Clear();
  for (Arrival& arrival : g_arrivals) arrival.loaded = 0;
  const uint32_t start = board::Ticks();
  const bool ok = engine::Invoke(on_op);
  *ticks = board::Ticks() - start;
  g_has_outputs = ok;
  return ok;
}

wire::Span Output(size_t index) {
  return {engine::OutputBytes(index), engine::DescribeOutput(index).bytes};
}

bool HasOutputs() { return g_has_outputs; }

const int8_t* Scores() { return reinterpret_cast<const int8_t*>(engine::OutputBytes(0)); }

uint8_t Predicted() {
  const int8_t* scores = Scores();
  size_t best = 0;
  for (size_t i = 1; i < mcuforge::kOutputBytes; ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  return static_cast<uint8_t>(best);
}

}  // namespace model
