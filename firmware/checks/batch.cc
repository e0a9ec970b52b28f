#include "batch.h"

#include <cstdarg>
#include <cstring>

#include "all_ops.h"
#include "op_watch.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

#if defined(MCUFORGE_PLAN_ISA)
namespace nn {
Isa g_plan_isa = Isa::kScalar;
}
#endif

namespace {

char g_message[checks::kMessageBytes];

}  // namespace

// The first message of a refusal says why; later ones only where it went.
extern "C" void DebugLog(const char* format, va_list args) {
  if (g_message[0] == '\0') {
    DebugVsnprintf(g_message, sizeof(g_message), format, args);
  }
}

namespace checks {
namespace {

class Runner {
 public:
  Runner(const Case& c, uint32_t number, const AllOps& resolver)
      : case_(c), resolver_(resolver), model_(Allocate(c.model_bytes, 4 * (number % 4))) {
    Read(model_, c.model_bytes);
    inputs_ = Allocate(c.input_bytes);
    Read(inputs_, c.input_bytes);
    outputs_ = Allocate(2 * c.output_bytes);
    std::memset(outputs_, 0, 2 * c.output_bytes);
  }

  Result Run() {
    Result result{0, 0, 0};
    g_message[0] = '\0';
    const auto outcome = [&](Outcome what, uint32_t detail) {
      result.outcome = static_cast<uint32_t>(what);
      result.detail = detail;
      return result;
    };
    if (const uint32_t size = FindSmallArenaThatWorks()) {
      return outcome(Outcome::kSmallArenaWorked, size);
    }
    char too_small[kMessageBytes];
    std::memcpy(too_small, g_message, sizeof(too_small));
    g_message[0] = '\0';

    uint8_t* const arena = Allocate(case_.arena_bytes);
    std::memset(arena, 0xA5, case_.arena_bytes);  // nothing may count on zeros
    OpWatch watch;
    tflite::MicroInterpreter interpreter(Model(), resolver_, arena, case_.arena_bytes, nullptr,
                                         &watch);
    if (interpreter.AllocateTensors() != kTfLiteOk) {
      return outcome(Outcome::kRefused, 0);
    }
    std::memcpy(g_message, too_small, sizeof(too_small));
    result.arena_used = static_cast<uint32_t>(interpreter.arena_used_bytes());
    if (result.arena_used != case_.arena_bytes) {
      return outcome(Outcome::kArenaUsedDiffers, result.arena_used);
    }
    watch.Start(interpreter.graph(), arena, case_.arena_bytes);
    for (uint32_t round = 0; round < 2; ++round) {
      watch.NewInvoke();
      uint32_t at = 0;
      for (size_t i = 0; i < interpreter.inputs_size(); ++i) {
        const TfLiteTensor* const tensor = interpreter.input(i);
        const uint32_t bytes = static_cast<uint32_t>(tensor->bytes);
        if (at + bytes > case_.input_bytes) {
          return outcome(Outcome::kSizesDiffer, at + bytes);
        }
        std::memcpy(tensor->data.data, inputs_ + at, bytes);
        at += bytes;
      }
      if (at != case_.input_bytes) {
        return outcome(Outcome::kSizesDiffer, at);
      }
      if (interpreter.Invoke() != kTfLiteOk) {
        return outcome(Outcome::kInvokeFailed, round);
      }
      at = 0;
      for (size_t i = 0; i < interpreter.outputs_size(); ++i) {
        const TfLiteTensor* const tensor = interpreter.output(i);
        const uint32_t bytes = static_cast<uint32_t>(tensor->bytes);
        if (at + bytes > case_.output_bytes) {
          return outcome(Outcome::kSizesDiffer, at + bytes);
        }
        std::memcpy(outputs_ + round * case_.output_bytes + at, tensor->data.data, bytes);
        at += bytes;
      }
      if (at != case_.output_bytes) {
        return outcome(Outcome::kSizesDiffer, at);
      }
    }
    if (!GuardsIntact()) {
      return outcome(Outcome::kGuardBroken, 0);
    }
    if (watch.offender() != OpWatch::kNone) {
      return outcome(Outcome::kOpWroteOutside, watch.offender());
    }
    return result;
  }

  const uint8_t* outputs() const { return outputs_; }

 private:
  const tflite::Model* Model() const { return tflite::GetModel(model_, case_.model_bytes); }

  // Whether AllocateTensors takes an arena that is too small, or writes outside of it.
  bool Works(uint32_t arena_bytes) {
    uint8_t* const arena = Allocate(arena_bytes);
    g_message[0] = '\0';
    tflite::MicroInterpreter interpreter(Model(), resolver_, arena, arena_bytes);
    const bool works = interpreter.AllocateTensors() == kTfLiteOk || !GuardsIntact();
    FreeLast();
    return works;
  }

  // An arena size below the exact one that AllocateTensors takes, or 0. Always tries 16 bytes less
  // (the last, so that its message stays), and with a sweep step all multiples of that too.
  uint32_t FindSmallArenaThatWorks() {
    if (case_.sweep_step) {
      for (uint32_t size = 0; size < case_.arena_bytes; size += case_.sweep_step) {
        if (Works(size)) {
          return size | 1;  // never 0
        }
      }
    }
    return case_.arena_bytes >= 16 && Works(case_.arena_bytes - 16) ? case_.arena_bytes - 16 : 0;
  }

  const Case case_;
  const AllOps& resolver_;
  uint8_t* const model_;
  uint8_t* inputs_;
  uint8_t* outputs_;
};

}  // namespace

uint32_t RunBatch() {
  const AllOps resolver;
  for (uint32_t number = 0;; ++number) {
    Case c;
    Read(&c.model_bytes, sizeof(c.model_bytes));
    if (c.model_bytes == 0) {
      return number;
    }
    Read(&c.arena_bytes, sizeof(c) - sizeof(c.model_bytes));
    Runner runner(c, number, resolver);
    const Result result = runner.Run();
    Write(&result, sizeof(result));
    Write(g_message, sizeof(g_message));
    Write(runner.outputs(), 2 * c.output_bytes);
    FreeAll();
  }
}

}  // namespace checks
