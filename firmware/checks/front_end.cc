// Cases of lib/frontend: requests in, replies out, every buffer guarded. verification/front_end.py
// writes the requests and says what is in them; host.cc or target.cc is the machine.
//
// Batch: request_bytes u32, request; until a request of 0 bytes. Results, one a request, in order:
// ticks u32, reply_bytes u32, reply. A request's first byte is its kind. Bytes round a buffer that
// were overwritten end the program.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "batch.h"
#include "frontend/image_front_end.h"
#include "frontend/post_anomaly.h"
#include "frontend/post_boxes.h"
#include "frontend/post_detector.h"
#include "frontend/post_label.h"
#include "frontend/post_smoothing.h"
#include "frontend/post_top_k.h"

namespace checks {
namespace {

// SysTick (Armv7-M ARM B3.3), which under QEMU's -icount follows executed instructions exactly. It
// counts down, and wraps once in 2^24.
constexpr uint32_t kTicksMask = 0xffffff;
#if defined(__arm__)
volatile uint32_t* const g_systick = reinterpret_cast<volatile uint32_t*>(0xe000e010);
void StartTicks() {
  g_systick[1] = kTicksMask;
  g_systick[2] = 0;
  g_systick[0] = 5;  // processor clock, no interrupt, enable
}
uint32_t Ticks() { return kTicksMask - g_systick[2]; }
void Calibrate(uint32_t loops) {  // 2 instructions each
  asm volatile(".syntax unified\n1: subs %0, %0, #1\nbne 1b\n" : "+l"(loops) : : "cc");
}
#else
void StartTicks() {}
uint32_t Ticks() { return 0; }
void Calibrate(uint32_t) {}
#endif

// What a case needs of its request. A request that is too short ends the program.
class Request {
 public:
  explicit Request(uint32_t bytes) : left_(bytes) {}

  uint32_t left() const { return left_; }

  template <class T>
  T Value() {
    T value;
    Take(&value, sizeof(value));
    return value;
  }
  // The next values, in a buffer of exactly that size.
  template <class T>
  T* Values(uint32_t count) {
    T* const values = reinterpret_cast<T*>(Allocate(count * sizeof(T)));
    Take(values, count * sizeof(T));
    return values;
  }

 private:
  void Take(void* to, uint32_t bytes) {
    if (bytes > left_) std::abort();
    Read(to, bytes);
    left_ -= bytes;
  }

  uint32_t left_;
};

struct Reply {
  uint32_t ticks;
  uint32_t bytes;
  uint8_t* data;
};

template <class T>
T* Room(Reply* reply, uint32_t count) {
  reply->bytes = count * sizeof(T);
  reply->data = Allocate(reply->bytes);
  return reinterpret_cast<T*>(reply->data);
}

class Stopwatch {
 public:
  explicit Stopwatch(Reply* reply) : reply_(reply), start_(Ticks()) {}
  ~Stopwatch() { reply_->ticks = (Ticks() - start_) & kTicksMask; }

 private:
  Reply* reply_;
  uint32_t start_;
};

using frontend::Size;

Size ReadSize(Request& request) {
  const uint16_t width = request.Value<uint16_t>();
  return {width, request.Value<uint16_t>()};
}

template <class Resize>
void RunImage(Request& request, Reply* reply) {
  frontend::ImageParameters p = {};
  p.format = request.Value<uint8_t>();
  p.channels = request.Value<uint8_t>();
  p.is_negative = request.Value<uint8_t>() != 0;
  p.frame = ReadSize(request);
  p.crop.left = request.Value<uint16_t>();
  p.crop.top = request.Value<uint16_t>();
  p.crop.size = ReadSize(request);
  p.box = ReadSize(request);
  p.target = ReadSize(request);
  if (p.crop.size.width == 0) p.crop = frontend::CentreCrop(p.frame, p.box);
  const uint32_t piece_bytes = request.Value<uint16_t>();
  const int8_t* const table = request.Values<int8_t>(256);
  const uint32_t bytes = request.left();
  const uint8_t* const frame = request.Values<uint8_t>(bytes);
  if (!frontend::IsValid(p)) {
    Room<int8_t>(reply, 0);
    return;
  }
  uint32_t* const rows = reinterpret_cast<uint32_t*>(
      Allocate(static_cast<uint32_t>(frontend::ImageRows(p)) * sizeof(uint32_t)));
  int8_t* const target = Room<int8_t>(reply, static_cast<uint32_t>(frontend::TargetBytes(p)));
  const Stopwatch watch(reply);
  frontend::ImageFrontEnd<Resize> front_end;
  front_end.Start(p, rows, reply->data);
  for (uint32_t at = 0; at < bytes; at += piece_bytes) {
    front_end.Take(frame + at, bytes - at < piece_bytes ? bytes - at : piece_bytes);
  }
  if (!front_end.IsDone()) std::abort();
  front_end.Finish(table, target);
}

void RunTopK(Request& request, Reply* reply) {
  const uint32_t k = request.Value<uint16_t>();
  const uint32_t count = request.left();
  const int8_t* const scores = request.Values<int8_t>(count);
  uint16_t* const classes = Room<uint16_t>(reply, k);
  const Stopwatch watch(reply);
  frontend::TopK(scores, count, k, classes);
}

// Reply: label u16, confidence u8, probabilities; nothing where the parameters are refused.
void RunLabel(Request& request, Reply* reply) {
  const float scale = request.Value<float>();
  const uint32_t count = request.left();
  const int8_t* const logits = request.Values<int8_t>(count);
  nn::SoftmaxParams params;
  if (!frontend::MakeSoftmax(scale, count, &params)) {
    Room<uint8_t>(reply, 0);
    return;
  }
  int8_t* const probabilities = reinterpret_cast<int8_t*>(Allocate(count));
  uint8_t* const to = Room<uint8_t>(reply, 3 + count);
  frontend::Label label;
  {
    const Stopwatch watch(reply);
    label = frontend::ToLabel(params, logits, probabilities);
  }
  std::memcpy(to, &label.index, 2);
  to[2] = label.confidence;
  std::memcpy(to + 3, probabilities, count);
}

constexpr uint32_t kClasses = 3;
constexpr uint32_t kMostFrames = 16;

// Reply: the means of each frame, and the best class; kClasses where there are not enough frames.
void RunMovingAverage(Request& request, Reply* reply) {
  static frontend::MovingAverage<kClasses, kMostFrames> average;  // an earlier stream must not show
  average.Start(request.Value<uint8_t>());
  const uint32_t frames = request.left() / kClasses;
  const int8_t* scores = request.Values<int8_t>(frames * kClasses);
  int8_t* to = Room<int8_t>(reply, frames * (kClasses + 1));
  const Stopwatch watch(reply);
  for (uint32_t i = 0; i < frames; ++i, scores += kClasses, to += kClasses + 1) {
    const size_t best = average.Take(scores, to);
    to[kClasses] = static_cast<int8_t>(average.IsFull() ? best : kClasses);
  }
}

void RunExponentialAverage(Request& request, Reply* reply) {
  static frontend::ExponentialAverage<kClasses> average;
  average.Start(request.Value<uint16_t>());
  const uint32_t frames = request.left() / kClasses;
  const int8_t* scores = request.Values<int8_t>(frames * kClasses);
  int8_t* to = Room<int8_t>(reply, frames * kClasses);
  const Stopwatch watch(reply);
  for (uint32_t i = 0; i < frames; ++i) {
    average.Take(scores + i * kClasses, to + i * kClasses);
  }
}

// A byte a frame: 1 for a detection.
void RunRefractory(Request& request, Reply* reply) {
  static frontend::RefractoryDetector detector;
  const int8_t threshold = request.Value<int8_t>();
  detector.Start(threshold, request.Value<uint8_t>());
  const uint32_t frames = request.left();
  const int8_t* const scores = request.Values<int8_t>(frames);
  uint8_t* const to = Room<uint8_t>(reply, frames);
  const Stopwatch watch(reply);
  for (uint32_t i = 0; i < frames; ++i) to[i] = detector.Take(scores[i]) ? 1 : 0;
}

// A byte a frame: 1 for a detection, plus 2 while it is on.
void RunHysteresis(Request& request, Reply* reply) {
  static frontend::HysteresisDetector detector;
  const int8_t on = request.Value<int8_t>();
  detector.Start(on, request.Value<int8_t>());
  const uint32_t frames = request.left();
  const int8_t* const scores = request.Values<int8_t>(frames);
  uint8_t* const to = Room<uint8_t>(reply, frames);
  const Stopwatch watch(reply);
  for (uint32_t i = 0; i < frames; ++i) {
    to[i] = detector.Take(scores[i]) ? 1 : 0;
    if (detector.IsOn()) to[i] |= 2;
  }
}

// Reply: both multipliers and the score, u32 each; nothing where the parameters are refused.
void RunAnomaly(Request& request, Reply* reply) {
  frontend::Quantization ends[2];
  for (frontend::Quantization& end : ends) {
    end.scale = request.Value<float>();
    end.zero_point = request.Value<int8_t>();
  }
  const uint32_t count = request.left() / 2;
  const int8_t* const input = request.Values<int8_t>(count);
  const int8_t* const output = request.Values<int8_t>(count);
  frontend::AnomalyParams params;
  if (!frontend::MakeAnomaly(ends[0], ends[1], &params)) {
    Room<uint8_t>(reply, 0);
    return;
  }
  uint32_t* const to = Room<uint32_t>(reply, 3);
  to[0] = static_cast<uint32_t>(params.input_multiplier);
  to[1] = static_cast<uint32_t>(params.output_multiplier);
  const Stopwatch watch(reply);
  to[2] = frontend::AnomalyScore(params, input, output, count);
}

void RunSuppress(Request& request, Reply* reply) {
  frontend::SuppressionParams params;
  params.least_score = request.Value<int8_t>();
  params.most_overlap = request.Value<uint16_t>();
  const uint32_t most = request.Value<uint16_t>();
  const uint32_t count = request.left() / sizeof(frontend::Box);
  const frontend::Box* const boxes = request.Values<frontend::Box>(count);
  uint16_t* const kept = Room<uint16_t>(reply, most);
  const Stopwatch watch(reply);
  reply->bytes = frontend::Suppress(params, boxes, count, most, kept) * sizeof(uint16_t);
}

void RunCalibration(Request& request, Reply* reply) {
  const uint32_t loops = request.Value<uint32_t>();
  Room<uint8_t>(reply, 0);
  const Stopwatch watch(reply);
  Calibrate(loops);
}

// In the order of verification/front_end.py: Kind.
constexpr void (*kKinds[])(Request&, Reply*) = {
    RunCalibration,
    RunImage<frontend::AreaResize>,
    RunImage<frontend::BilinearResize>,
    RunTopK,
    RunLabel,
    RunMovingAverage,
    RunExponentialAverage,
    RunRefractory,
    RunHysteresis,
    RunAnomaly,
    RunSuppress,
};

}  // namespace

uint32_t RunBatch() {
  StartTicks();
  for (uint32_t number = 0;; ++number) {
    uint32_t bytes;
    Read(&bytes, sizeof(bytes));
    if (bytes == 0) return number;
    Request request(bytes);
    const uint8_t kind = request.Value<uint8_t>();
    if (kind >= sizeof(kKinds) / sizeof(kKinds[0])) std::abort();
    Reply reply = {};
    kKinds[kind](request, &reply);
    if (!GuardsIntact()) std::abort();
    uint8_t out[8];
    std::memcpy(out, &reply.ticks, 4);
    std::memcpy(out + 4, &reply.bytes, 4);
    Write(out, sizeof(out));
    Write(reply.data, reply.bytes);
    FreeAll();
  }
}

}  // namespace checks
