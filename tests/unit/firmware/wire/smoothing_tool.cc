// firmware/src/smoothing.h for Python's ctypes, in three numbers of classes.

#include "smoothing.h"

namespace {

template <size_t kClasses>
void Smooth(const smoothing::Parameters& parameters, const int8_t* scores, size_t frames,
            uint8_t* detected, int8_t* means) {
  static smoothing::Smoother<kClasses> smoother;  // what an earlier stream left must not matter
  smoother.Start(parameters);
  for (size_t i = 0; i < frames; ++i) {
    detected[i] = smoother.Take(scores + i * kClasses, means + i * kClasses);
  }
}

}  // namespace

extern "C" void SmoothStream(size_t classes, uint8_t window, int8_t threshold, uint8_t refractory,
                             const int8_t* scores, size_t frames, uint8_t* detected,
                             int8_t* means) {
  const smoothing::Parameters parameters = {window, threshold, refractory};
  if (!smoothing::IsValid(parameters)) return;
  if (classes == 1) Smooth<1>(parameters, scores, frames, detected, means);
  if (classes == 3) Smooth<3>(parameters, scores, frames, detected, means);
  if (classes == 10) Smooth<10>(parameters, scores, frames, detected, means);
}
