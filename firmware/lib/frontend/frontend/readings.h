// Readings of sensors, a window of `length` times `channels`, to scaled values or to spectra.

#ifndef MCUFORGE_FRONTEND_READINGS_H_
#define MCUFORGE_FRONTEND_READINGS_H_

#include <cstddef>
#include <cstdint>

#include "frontend/element.h"
#include "frontend/fft.h"
#include "frontend/scale.h"

namespace frontend {

enum class ReadingType : uint8_t { kInt8, kUint8, kInt16, kFloat32 };

// value * multiplier * 2^-shift + bias * 2^-16
//   shift  [-31, 67]
//   bias   magnitude at most 2^62
struct ChannelScale {
  int64_t bias;
  int32_t multiplier;
  int32_t shift;
};

struct ReadingsParameters {
  uint16_t length;
  uint16_t channels;
  uint8_t type;  // a ReadingType
  bool makes_spectra;
  bool makes_log2;             // of the spectra
  Fft fft;                     // of at least `length` numbers, if it makes spectra
  const ChannelScale* scales;  // `channels`
};

// Of the buffer that Readings works in, aligned to 4; none is needed without spectra, but no array
// is empty.
constexpr size_t MemoryBytes(const ReadingsParameters& parameters) {
  return parameters.makes_spectra ? (sizeof(int32_t) << parameters.fft.log2_size) +
                                        sizeof(int16_t) * parameters.length * parameters.channels
                                  : sizeof(int32_t);
}

// A reading as a feature: rounded down to 16 fraction bits, then to nearest with halves up, and
// saturated. Infinities saturate, NaN gives 0. In integers, so that it is the same on every core.
//   bits  of the reading: an integer's two's complement or uint8, or a float32's
int16_t ScaleReading(uint32_t bits, ReadingType type, const ChannelScale& scale);

// Features are the scaled readings in their order, or spectra: half of the transform's size times
// `channels`, each |X| * 2 / size, from frequency 0 on, X being the transform of a channel's scaled
// readings and as many zeros as it takes. As log2 that is 256 log2(f^2) of the feature f that it
// would be before rounding, at least 0.
class Readings {
 public:
  using Writer = InputWriter;

  // parameters and memory (MemoryBytes, aligned to 4) have to stay.
  Readings(const ReadingsParameters& parameters, void* memory, Sink sink);

  // A new window begins.
  void Start();

  // The next bytes of the window, little-endian; what comes after it is ignored.
  void Push(const uint8_t* bytes, size_t size);

 private:
  void Put(int16_t feature);
  void MakeSpectrum(uint32_t channel);

  const ReadingsParameters& p_;
  const Sink sink_;
  int32_t* const block_;
  int16_t* const window_;
  Element element_;
  uint16_t channel_;  // of the next reading
  uint32_t count_;    // of readings so far
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_READINGS_H_
