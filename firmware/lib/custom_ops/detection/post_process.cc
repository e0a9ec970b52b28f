// TFLite_Detection_PostProcess: from what a detector says of its anchors to the boxes, classes and
// scores of at most max_detections, the best first, and how many they are. All are float32.

#include <cstdint>

#include "custom_ops.h"
#include "detection/boxes.h"
#include "signal/options.h"
#include "signal/tensors.h"

namespace custom_ops {
namespace detection {
namespace {

enum { kBoxes, kScores, kAnchors };                      // inputs
enum { kOutBoxes, kOutClasses, kOutScores, kOutCount };  // outputs

constexpr int32_t kCoordinates = 4;

struct State {
  Suppression rule;
  Centered scales;
  int32_t detections, per_class, classes, by_class;
  int32_t anchors, stride, all_classes;  // all_classes: with the background, which comes first
  int scratch;                           // its index
};

// The op's scratch memory. Lists of candidates have room for what the classes before left.
struct Work {
  Box* boxes;
  float* scores;  // of one class, or of the best of each anchor
  int32_t* best;  // class of each anchor
  int32_t* order;
  int32_t* kept;
  float* found_scores;  // by class: of what is kept so far, then of this class
  int32_t* found;       // anchor * classes + class
};

int32_t RoomOf(const State& s) { return s.anchors + s.detections; }

uint32_t WorkBytes(const State& s) {
  constexpr uint32_t kBox = sizeof(Box);
  constexpr uint32_t kWord = sizeof(int32_t);
  return kBox * static_cast<uint32_t>(s.anchors) + 6 * kWord * static_cast<uint32_t>(RoomOf(s));
}

Work WorkOf(const State& s, void* memory) {
  Work work;
  work.boxes = static_cast<Box*>(memory);
  int32_t* at = reinterpret_cast<int32_t*>(work.boxes + s.anchors);
  const int32_t room = RoomOf(s);
  work.scores = reinterpret_cast<float*>(at);
  work.best = at + room;
  work.order = at + 2 * room;
  work.kept = at + 3 * room;
  work.found_scores = reinterpret_cast<float*>(at + 4 * room);
  work.found = at + 5 * room;
  return work;
}

Centered CenteredAt(const float* numbers) {
  return Centered{numbers[0], numbers[1], numbers[2], numbers[3]};
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) {
    const auto real = [&](const char* key) { return FloatOption(buffer, length, key, 0); };
    state->detections = Option(buffer, length, "max_detections", 0);
    // Only for the classes of one anchor; upstream has an answer for one.
    const int32_t of_anchor = Option(buffer, length, "max_classes_per_detection", 0);
    state->per_class = Option(buffer, length, "detections_per_class", 100);
    state->by_class = Option(buffer, length, "use_regular_nms", 0);
    state->classes =
        state->by_class || of_anchor == 1 ? Option(buffer, length, "num_classes", 0) : 0;
    state->rule = Suppression{real("nms_score_threshold"), real("nms_iou_threshold"), 0};
    state->scales = Centered{real("y_scale"), real("x_scale"), real("h_scale"), real("w_scale")};
  }
  return state;
}

// The extents of input `i`, float32 with so many dimensions; null if it is another.
const int* ExtentsOf(TfLiteContext* context, TfLiteNode* node, int i, int dimensions) {
  const TfLiteEvalTensor* const tensor = tflite::micro::GetEvalInput(context, node, i);
  const bool fits = tensor && tensor->type == kTfLiteFloat32 && tensor->dims->size == dimensions;
  return fits ? tensor->dims->data : nullptr;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  constexpr int32_t kMost = 1 << 16;
  const auto in = [](int32_t x, int32_t most) { return x > 0 && x <= most; };
  if (!in(state->detections, kMost) || !in(state->per_class, kMost) || !in(state->classes, kMost)) {
    return Require(false,
                   "TFLite_Detection_PostProcess: needs max_detections, detections_per_class and "
                   "num_classes of 1 to 65536, and one class per detection or use_regular_nms");
  }
  const Suppression& rule = state->rule;
  const Centered& scales = state->scales;
  if (!(rule.most_overlap > 0 && rule.most_overlap <= 1) ||
      !(scales.y > 0 && scales.x > 0 && scales.h > 0 && scales.w > 0)) {
    return Require(false,
                   "TFLite_Detection_PostProcess: needs nms_iou_threshold in 0..1 and scales");
  }
  const int* const boxes = ExtentsOf(context, node, kBoxes, 3);
  const int* const scores = ExtentsOf(context, node, kScores, 3);
  const int* const anchors = ExtentsOf(context, node, kAnchors, 2);
  if (!boxes || !scores || !anchors) {
    return Require(false,
                   "TFLite_Detection_PostProcess: needs boxes, scores and anchors of float32");
  }
  state->anchors = boxes[1];
  state->stride = boxes[2];
  state->all_classes = scores[2];
  const int32_t background = state->all_classes - state->classes;
  if (boxes[0] != 1 || scores[0] != 1 || scores[1] != boxes[1] || anchors[0] != boxes[1] ||
      boxes[2] < kCoordinates || anchors[1] != kCoordinates || boxes[1] > kMost || background < 0 ||
      background > 1) {
    return Require(false,
                   "TFLite_Detection_PostProcess: needs one picture, as many anchors as boxes and "
                   "scores, and a score a class, or one more for the background");
  }
  if (OutputElements(context, node, kOutBoxes, kTfLiteFloat32) !=
          kCoordinates * state->detections ||
      OutputElements(context, node, kOutClasses, kTfLiteFloat32) != state->detections ||
      OutputElements(context, node, kOutScores, kTfLiteFloat32) != state->detections ||
      OutputElements(context, node, kOutCount, kTfLiteFloat32) != 1) {
    return Require(false,
                   "TFLite_Detection_PostProcess: needs float32 outputs for max_detections boxes, "
                   "classes and scores, and a count");
  }
  return context->RequestScratchBufferInArena(context, WorkBytes(*state), &state->scratch);
}

// A class at a time, whose detections join the best so far. Returns how many there are.
int32_t FindByClass(const State& s, const float* scores, const Work& work) {
  int32_t found = 0;
  Suppression rule = s.rule;
  rule.most = s.per_class;
  for (int32_t c = 0; c < s.classes; ++c) {
    const int32_t at = c + s.all_classes - s.classes;
    for (int32_t i = 0; i < s.anchors; ++i) {
      work.scores[i] = scores[i * s.all_classes + at];
    }
    const int32_t kept = Suppress(rule, work.boxes, work.scores, s.anchors, work.order, work.kept);
    for (int32_t i = 0; i < kept; ++i) {
      work.found[found + i] = work.kept[i] * s.classes + c;
      work.found_scores[found + i] = work.scores[work.kept[i]];
    }
    const int32_t all = found + kept;
    for (int32_t i = 0; i < all; ++i) {
      work.order[i] = i;
    }
    SortByScore(work.found_scores, all, work.order);
    found = all < s.detections ? all : s.detections;
    for (int32_t i = 0; i < found; ++i) {
      work.kept[i] = work.found[work.order[i]];
      work.scores[i] = work.found_scores[work.order[i]];
    }
    for (int32_t i = 0; i < found; ++i) {
      work.found[i] = work.kept[i];
      work.found_scores[i] = work.scores[i];
    }
  }
  return found;
}

// The best class of each anchor, and the best of these.
int32_t FindByAnchor(const State& s, const float* scores, const Work& work) {
  for (int32_t i = 0; i < s.anchors; ++i) {
    const int32_t first = (i + 1) * s.all_classes - s.classes;
    work.best[i] = 0;
    work.scores[i] = scores[first];
    for (int32_t c = 1; c < s.classes; ++c) {
      const float score = scores[first + c];
      if (score > work.scores[i]) {
        work.best[i] = c;
        work.scores[i] = score;
      }
    }
  }
  Suppression rule = s.rule;
  rule.most = s.detections;
  const int32_t found = Suppress(rule, work.boxes, work.scores, s.anchors, work.order, work.kept);
  for (int32_t i = 0; i < found; ++i) {
    work.found[i] = work.kept[i] * s.classes + work.best[work.kept[i]];
    work.found_scores[i] = work.scores[work.kept[i]];
  }
  return found;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& s = *static_cast<const State*>(node->user_data);
  const Work work = WorkOf(s, context->GetScratchBuffer(context, s.scratch));
  const float* const said = InputOf<float>(context, node, kBoxes);
  const float* const anchors = InputOf<float>(context, node, kAnchors);
  const float* const scores = InputOf<float>(context, node, kScores);
  for (int32_t i = 0; i < s.anchors; ++i) {
    work.boxes[i] =
        BoxOf(CenteredAt(said + i * s.stride), s.scales, CenteredAt(anchors + i * kCoordinates));
    if (!IsBox(work.boxes[i])) {
      return Require(false, "TFLite_Detection_PostProcess: a box has no area");
    }
  }
  const int32_t found = (s.by_class ? FindByClass : FindByAnchor)(s, scores, work);
  Box* const boxes = reinterpret_cast<Box*>(OutputOf<float>(context, node, kOutBoxes));
  float* const classes = OutputOf<float>(context, node, kOutClasses);
  float* const out_scores = OutputOf<float>(context, node, kOutScores);
  for (int32_t i = 0; i < s.detections; ++i) {
    const bool there = i < found;
    boxes[i] = there ? work.boxes[work.found[i] / s.classes] : Box{0, 0, 0, 0};
    classes[i] = there ? static_cast<float>(work.found[i] % s.classes) : 0;
    out_scores[i] = there ? work.found_scores[i] : 0;
  }
  *OutputOf<float>(context, node, kOutCount) = static_cast<float>(found);
  return kTfLiteOk;
}

}  // namespace
}  // namespace detection

const TFLMRegistration* RegisterDetectionPostProcess() {
  using namespace detection;
  return RegistrationOf<Init, Prepare, Invoke>();
}

}  // namespace custom_ops
