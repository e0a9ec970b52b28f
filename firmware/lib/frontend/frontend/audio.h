// Sound to log-mel energies, one stride at a time: all that is kept is one window of samples and
// the transform's buffer, so a stream and a whole recording give the same features.

#ifndef MCUFORGE_FRONTEND_AUDIO_H_
#define MCUFORGE_FRONTEND_AUDIO_H_

#include <cstddef>
#include <cstdint>

#include "frontend/element.h"
#include "frontend/fft.h"
#include "frontend/scale.h"

namespace frontend {

// Samples are int16. A frame is `window` of them, by `hann` and padded with zeros to the
// transform's size; the next one begins `stride` later. Band b of `channels` rises between mel
// points b and b + 1 and falls to b + 2, in mel; the weights of a bin in two bands add up to 1.
struct AudioParameters {
  uint16_t window;
  uint16_t stride;
  uint16_t frames;
  uint16_t channels;
  uint16_t first_bin;
  int16_t floor_log2;       // energies up to 2^floor_log2 give 0
  Fft fft;                  // of at least `window` numbers
  const uint16_t* hann;     // window / 2, rounded up: the first half, in Q15
  const uint16_t* weights;  // of each bin in the band that rises there, in Q15
  const uint16_t* counts;   // channels + 1: bins between two mel points, from first_bin on
};

// Of the buffer that Audio works in; aligned to 4.
constexpr size_t MemoryBytes(const AudioParameters& parameters) {
  return (sizeof(int32_t) << parameters.fft.log2_size) + sizeof(int16_t) * parameters.window;
}

// 256 log2(energy of a band) - 256 floor_log2, at least 0: `channels` of them a frame. Energy is
// the weighted sum of |X|^2, X being the transform of samples as integers.
class Audio {
 public:
  using Writer = InputWriter;

  // parameters and memory (MemoryBytes, aligned to 4) have to stay.
  Audio(const AudioParameters& parameters, void* memory, Sink sink);

  // A new sample begins.
  void Start();

  // The next bytes of the sample, int16 little-endian; what comes after the last frame is ignored.
  void Push(const uint8_t* bytes, size_t size);

 private:
  void Put(int16_t sample);
  int32_t FillBlock();
  void MakeFrame();

  const AudioParameters& p_;
  const Sink sink_;
  int32_t* const block_;
  int16_t* const samples_;
  Element element_;
  uint16_t count_;        // of samples_
  uint16_t skip_;         // samples until the next window, where strides are longer than windows
  uint16_t frames_left_;  // of this sample
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_AUDIO_H_
