// Smooths the scores of a stream over time, so that one unclear frame decides nothing.

#ifndef MCUFORGE_FRONTEND_POST_SMOOTHING_H_
#define MCUFORGE_FRONTEND_POST_SMOOTHING_H_

#include <cstddef>
#include <cstdint>

namespace frontend {

// The mean of the last frames.
template <size_t kClasses, size_t kMostFrames>
class MovingAverage {
 public:
  static_assert(kMostFrames >= 1 && kMostFrames <= 255);

  // Begins a new stream; has to come before the first Take. frames: 1..kMostFrames.
  void Start(uint8_t frames) {
    frames_ = frames;
    next_ = count_ = 0;
  }

  // Takes the scores of the next frame. `means`, with room for kClasses, receives the mean of each
  // class, rounded down: of the frames so far, until there are enough. Returns the class with the
  // highest mean, the lowest of equal ones.
  size_t Take(const int8_t* scores, int8_t* means) {
    for (size_t i = 0; i < kClasses; ++i) history_[next_][i] = FromSigned(scores[i]);
    next_ = static_cast<uint8_t>(next_ + 1 == frames_ ? 0 : next_ + 1);
    if (count_ < frames_) ++count_;
    size_t best = 0;
    for (size_t i = 0; i < kClasses; ++i) {
      uint32_t sum = 0;
      for (size_t frame = 0; frame < count_; ++frame) sum += history_[frame][i];
      means[i] = static_cast<int8_t>(static_cast<int32_t>(sum / count_) + INT8_MIN);
      if (means[i] > means[best]) best = i;
    }
    return best;
  }

  // The means are of as many frames as Start asked for.
  bool IsFull() const { return count_ == frames_; }

 private:
  // Offset to 0..255, because a quotient of unsigned numbers is rounded down.
  static uint8_t FromSigned(int8_t score) { return static_cast<uint8_t>(score - INT8_MIN); }

  uint8_t frames_;
  uint8_t next_;   // where the next frame goes
  uint8_t count_;  // frames kept
  uint8_t history_[kMostFrames][kClasses];
};

// A mean in which a frame counts less the older it is: mean += (score - mean) * weight / 256.
template <size_t kClasses>
class ExponentialAverage {
 public:
  // Begins a new stream; has to come before the first Take. weight: of the newest frame, in
  // 256ths, 1..256.
  void Start(uint16_t weight) {
    weight_ = weight;
    is_first_ = true;
  }

  // Takes the scores of the next frame, of which the first are the means. `means`, with room for
  // kClasses, receives the mean of each class, to nearest, halves up.
  void Take(const int8_t* scores, int8_t* means) {
    for (size_t i = 0; i < kClasses; ++i) {
      const int32_t score = scores[i] * kOne;
      if (is_first_) means_[i] = score;
      // At most 255 * 2^15 * 256; rounded down.
      means_[i] += (score - means_[i]) * weight_ >> 8;
      means[i] = static_cast<int8_t>((means_[i] + kOne / 2) >> 15);
    }
    is_first_ = false;
  }

 private:
  static constexpr int32_t kOne = 1 << 15;  // means are Q8.15

  int32_t means_[kClasses];
  int32_t weight_;
  bool is_first_;
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_SMOOTHING_H_
