// The ops that an application registered.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

class OpContext;
struct Graph;
struct PlannedBuffer;

// Plans `count` buffers, whose plan of our own is `height` bytes high, by what the model says of
// its tensors' offsets, if that is lower. Returns the plan's height (memory_plan.h).
using MemoryPlanReader = uint32_t (*)(const Graph& graph, PlannedBuffer* buffers, uint32_t count,
                                      uint32_t height);

// One op of the runtime. A resolver that does not name it does not link it.
struct OpDef {
  constexpr OpDef(tflite::BuiltinOperator builtin, const char* op_name,
                  TfLiteStatus (*op_prepare)(OpContext&), void (*op_eval)(OpContext&),
                  void (*op_reset)(OpContext&) = nullptr,
                  bool (*op_is_named)(const char*, const char*, uint32_t) = nullptr)
      : code(static_cast<int16_t>(builtin)),
        options_type(tflite::OptionsOf(builtin)),
        name(op_name),
        prepare(op_prepare),
        eval(op_eval),
        reset(op_reset),
        is_named(op_is_named) {}

  // As upstream's tests of kernels hand an op on (kernels/kernel_runner.h).
  operator TFLMRegistration() const {
    return {nullptr, nullptr, nullptr, nullptr, nullptr, code, reinterpret_cast<const char*>(this)};
  }
  operator TfLiteRegistration() const {
    TfLiteRegistration made{};  // by its parts: in C++14 what has a base is no aggregate
    static_cast<TFLMRegistration&>(made) = *this;
    made.version = 1;
    return made;
  }

  int16_t code;          // tflite::BuiltinOperator
  uint8_t options_type;  // whose options an operator may have; 0: it reads none
  const char* name;
  TfLiteStatus (*prepare)(OpContext& context);
  void (*eval)(OpContext& context);
  void (*reset)(OpContext& context);  // back to the initial state, where there is one
  // For ops that a code alone does not tell: whether a resolver's name is that in a model, `length`
  // characters at most.
  bool (*is_named)(const char* name, const char* text, uint32_t length);
};

// The op that such a registration stands for; null for a custom op's.
inline const OpDef* BuiltinOf(const TFLMRegistration& registration) {
  return registration.invoke ? nullptr : reinterpret_cast<const OpDef*>(registration.custom_name);
}

struct OpEntry {
  const OpDef* def;
  const TFLMRegistration* custom;  // null for a builtin op
  const char* custom_name;
};

namespace ops {
#define MCUFORGE_OP(NAME, Method, file) extern const OpDef k##Method;
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
extern const OpDef kCustom;
}  // namespace ops

// The ops for int8 alone where there is a form for int16, too; for any other one, the op itself.
namespace int8_ops {
using namespace ops;
#define MCUFORGE_WIDE_OP(NAME, Method, file) extern const OpDef k##Method;
#include "tensorflow/lite/micro/wide_ops.def"
#undef MCUFORGE_WIDE_OP
}  // namespace int8_ops

}  // namespace tflm

namespace tflite {

class MicroOpResolver {
 public:
  uint32_t count() const { return count_; }
  const tflm::OpEntry& entry(uint32_t slot) const { return entries_[slot]; }
  // The slot of an op, or count() if nobody registered it. `custom_name`: `length` characters, less
  // where it ends with 0; not looked at for a builtin op.
  uint32_t Find(int32_t builtin_code, const char* custom_name, uint32_t length) const;
  // Null: no model of this resolver brings a memory plan.
  tflm::MemoryPlanReader memory_plan_reader() const { return memory_plan_reader_; }

 protected:
  MicroOpResolver(tflm::OpEntry* entries, uint32_t capacity, tflm::MemoryPlanReader reader)
      : entries_(entries), capacity_(capacity), memory_plan_reader_(reader) {}
  TfLiteStatus Register(const tflm::OpDef* def, const TFLMRegistration* custom = nullptr,
                        const char* custom_name = nullptr);

 private:
  tflm::OpEntry* const entries_;
  const uint32_t capacity_;
  const tflm::MemoryPlanReader memory_plan_reader_;
  uint32_t count_ = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
