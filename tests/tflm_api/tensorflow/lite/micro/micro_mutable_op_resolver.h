#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include <cstring>

#include "tensorflow/lite/micro/micro_common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {
namespace micro {

class BuiltinDataAllocator;

using OptionParser = TfLiteStatus (*)(const Operator* op, BuiltinDataAllocator* allocator,
                                      void** builtin_data);

#define UPSTREAM_OP(Suffix, NAME, Parser, code)                                   \
  TFLMRegistration Register_##NAME();                                             \
  TfLiteStatus Parse##Parser(const Operator* op, BuiltinDataAllocator* allocator, \
                             void** builtin_data);
#include "tensorflow/lite/micro/upstream_ops.def"
#undef UPSTREAM_OP

// The interpreter calls these through the vtable: their order is part of the interface.
class MicroOpResolver {
 public:
  virtual const TFLMRegistration* FindOp(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration* FindOp(const char* op) const = 0;
  virtual OptionParser GetOpDataParser(BuiltinOperator op) const = 0;
  virtual ~MicroOpResolver() {}
};

// Upstream's Add methods of the ops that we have. Each may be given the registration of another
// kernel.
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  static void operator delete(void*) {}

  const TFLMRegistration* FindOp(BuiltinOperator op) const override {
    const unsigned int place = op == BuiltinOperator_CUSTOM ? count_ : Place(op);
    return place == count_ ? nullptr : &registrations_[place];
  }
  const TFLMRegistration* FindOp(const char* op) const override {
    for (unsigned int i = 0; i < count_; ++i) {
      const TFLMRegistration& at = registrations_[i];
      if (at.custom_name != nullptr && strcmp(at.custom_name, op) == 0) return &at;
    }
    return nullptr;
  }
  OptionParser GetOpDataParser(BuiltinOperator op) const override {
    const unsigned int place = Place(op);
    return place == count_ ? nullptr : parsers_[place];
  }

  TfLiteStatus AddCustom(const char* name, const TFLMRegistration* registration) {
    return Put(*registration, BuiltinOperator_CUSTOM, name, nullptr);
  }

#define UPSTREAM_OP(Suffix, NAME, Parser, code)                                           \
  TfLiteStatus Add##Suffix(const TFLMRegistration& registration = Register_##NAME()) {    \
    return Put(registration, static_cast<BuiltinOperator>(code), nullptr, Parse##Parser); \
  }
#include "tensorflow/lite/micro/upstream_ops.def"
#undef UPSTREAM_OP

 private:
  unsigned int Place(BuiltinOperator op) const {
    unsigned int place = 0;
    while (place < count_ && registrations_[place].builtin_code != op) ++place;
    return place;
  }
  TfLiteStatus Put(const TFLMRegistration& registration, BuiltinOperator op, const char* name,
                   OptionParser parser) {
    if (count_ == tOpCount) return kTfLiteError;
    registrations_[count_] = registration;
    registrations_[count_].builtin_code = op;
    registrations_[count_].custom_name = name;
    parsers_[count_++] = parser;
    return kTfLiteOk;
  }

  TFLMRegistration registrations_[tOpCount];
  OptionParser parsers_[tOpCount];
  unsigned int count_ = 0;
};

}  // namespace micro

using micro::MicroMutableOpResolver;
using micro::MicroOpResolver;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
