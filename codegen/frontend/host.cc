// firmware/lib/frontend as a shared library for the host: training and the oracle get their inputs
// from the very code that the device runs. Called through ctypes by codegen/frontend/host.py.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "frontend/audio.h"
#include "frontend/image.h"
#include "frontend/readings.h"
#include "frontend/scale.h"

namespace {

// Samples one after the other, and room for what becomes of them: features, or model inputs if
// there is a step that makes those. As host.py has it.
struct Batch {
  const uint8_t* samples;
  size_t count;
  size_t sample_bytes;
  size_t piece_bytes;  // how a sample is handed over
  int16_t* features;
  int8_t* inputs;
  const void* step;  // a Writer::Step of the front end
};

struct FeatureWriter {
  int16_t* next;

  static void Take(void* target, const int16_t* features, size_t count) {
    FeatureWriter& writer = *static_cast<FeatureWriter*>(target);
    for (size_t i = 0; i < count; ++i) *writer.next++ = features[i];
  }
};

template <class FrontEnd, class Parameters>
void RunAll(const Parameters& parameters, const Batch& batch) {
  std::vector<uint32_t> memory((frontend::MemoryBytes(parameters) + 3) / 4);
  FeatureWriter features{batch.features};
  using Writer = typename FrontEnd::Writer;
  Writer inputs = {};
  frontend::Sink sink = {FeatureWriter::Take, &features};
  if (batch.step) {
    inputs = {*static_cast<const typename Writer::Step*>(batch.step), batch.inputs};
    sink = {Writer::Take, &inputs};
  }
  FrontEnd front_end(parameters, memory.data(), sink);
  for (size_t i = 0; i < batch.count; ++i) {
    const uint8_t* const sample = batch.samples + i * batch.sample_bytes;
    front_end.Start();
    for (size_t at = 0; at < batch.sample_bytes; at += batch.piece_bytes) {
      const size_t left = batch.sample_bytes - at;
      front_end.Push(sample + at, left < batch.piece_bytes ? left : batch.piece_bytes);
    }
  }
}

}  // namespace

extern "C" {

void mcuforge_audio(const frontend::AudioParameters* parameters, const Batch* batch) {
  RunAll<frontend::Audio>(*parameters, *batch);
}

void mcuforge_image(const frontend::ImageParameters* parameters, const Batch* batch) {
  RunAll<frontend::Image>(*parameters, *batch);
}

void mcuforge_readings(const frontend::ReadingsParameters* parameters, const Batch* batch) {
  RunAll<frontend::Readings>(*parameters, *batch);
}

size_t mcuforge_audio_memory(const frontend::AudioParameters* parameters) {
  return frontend::MemoryBytes(*parameters);
}

size_t mcuforge_image_memory(const frontend::ImageParameters* parameters) {
  return frontend::MemoryBytes(*parameters);
}

size_t mcuforge_readings_memory(const frontend::ReadingsParameters* parameters) {
  return frontend::MemoryBytes(*parameters);
}

}  // extern "C"
