#include "frontend/audio.h"

#include "frontend/log2.h"

namespace frontend {
Audio::Audio(const AudioParameters& parameters, void* memory, Sink sink)
    : p_(parameters),
      sink_(sink),
      block_(static_cast<int32_t*>(memory)),
      samples_(reinterpret_cast<int16_t*>(block_ + (size_t{1} << parameters.fft.log2_size))) {
  Start();
}

void Audio::Start() {
  element_.Clear();
  count_ = 0;
  skip_ = 0;
  frames_left_ = p_.frames;
}

void Audio::Push(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size && frames_left_ > 0; ++i) {
    if (element_.Take(bytes[i], sizeof(int16_t))) Put(static_cast<int16_t>(element_.value));
  }
}

void Audio::Put(int16_t sample) {
  if (skip_ > 0) {
    --skip_;
    return;
  }
  samples_[count_++] = sample;
  if (count_ < p_.window) return;
  MakeFrame();
  --frames_left_;
  count_ = 0;
  if (p_.stride > p_.window) skip_ = static_cast<uint16_t>(p_.stride - p_.window);
  for (uint32_t i = p_.stride; i < p_.window; ++i) samples_[count_++] = samples_[i];
}

// The windowed samples, scaled for the transform; returns the shift of the scaling.
int32_t Audio::FillBlock() {
  uint32_t peak = 0;
  for (uint32_t i = 0; i < p_.window; ++i) {
    const uint32_t size = static_cast<uint32_t>(samples_[i] < 0 ? -samples_[i] : samples_[i]);
    if (size > peak) peak = size;
  }
  const int32_t shift = BlockShift(p_.fft, peak);
  for (uint32_t i = 0, last = p_.window - 1u; i < p_.window; ++i) {
    const int32_t weight = p_.hann[i < last - i ? i : last - i];
    block_[i] = (samples_[i] * weight) >> shift;
  }
  const uint32_t size = UINT32_C(1) << p_.fft.log2_size;
  for (uint32_t i = p_.window; i < size; ++i) block_[i] = 0;
  return shift;
}

void Audio::MakeFrame() {
  const int32_t shift = FillBlock();
  Transform(p_.fft, block_);
  // An energy's exponent: Q15 of the window and a bin's factor 2, squared.
  const int32_t lowest = (2 * (16 - shift) + p_.floor_log2) * (1 << kLog2FractionBits);
  const uint16_t* weight = p_.weights;
  uint32_t bin = p_.first_bin;
  uint64_t energy = 0;
  for (uint32_t i = 0; i <= p_.channels; ++i) {
    uint64_t rising = 0;
    for (uint32_t end = bin + p_.counts[i]; bin < end; ++bin) {
      const uint64_t power = GetBin(p_.fft, block_, bin).Power() >> 15;
      const uint64_t part = power * *weight++;
      rising += part;
      energy += (power << 15) - part;
    }
    if (i > 0) {
      const int32_t value = energy == 0 ? 0 : Log2(energy) - lowest;
      const int16_t feature = static_cast<int16_t>(value > 0 ? value : 0);
      sink_.take(sink_.target, &feature, 1);
    }
    energy = rising;
  }
}

}  // namespace frontend
