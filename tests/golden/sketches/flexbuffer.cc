// Options of every kind, as custom ops read them; and damaged ones, of which nothing outside is
// read.

#include <vector>

#include "flatbuffers/flexbuffers.h"
#include "sketch.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using flexbuffers::GetRoot;
using flexbuffers::Map;
using flexbuffers::Reference;
using flexbuffers::Vector;

void TestValues() {
  const Map map = GetRoot(g_model, g_model_len).AsMap();
  TF_LITE_MICRO_EXPECT_EQ(map.size(), 9u);
  TF_LITE_MICRO_EXPECT_STRING_EQ(map.Keys()[0].AsKey(), "above");
  TF_LITE_MICRO_EXPECT_EQ(map["big"].AsInt64(), -(INT64_C(1) << 40));
  TF_LITE_MICRO_EXPECT_EQ(map["below"].AsInt32(), -300);
  TF_LITE_MICRO_EXPECT_EQ(map["below"].AsFloat(), -300.0f);
  TF_LITE_MICRO_EXPECT_EQ(map["above"].AsUInt32(), 60000u);
  TF_LITE_MICRO_EXPECT_EQ(map["above"].AsDouble(), 60000.0);
  TF_LITE_MICRO_EXPECT_EQ(map["real"].AsFloat(), 2.5f);
  TF_LITE_MICRO_EXPECT_EQ(map["real"].AsInt32(), 2);
  TF_LITE_MICRO_EXPECT(map["real"].AsBool() && map["yes"].AsBool() && map["yes"].IsBool());
  TF_LITE_MICRO_EXPECT_STRING_EQ(map["text"].AsString().c_str(), "words");
  TF_LITE_MICRO_EXPECT_EQ(map["text"].AsString().size(), 5u);
  const auto list = map["list"].AsVector();
  TF_LITE_MICRO_EXPECT_EQ(list.size(), 3u);
  TF_LITE_MICRO_EXPECT_EQ(list[1].AsInt32(), -7);
  TF_LITE_MICRO_EXPECT_EQ(list[2].AsMap()["deep"].AsInt8(), 1);
  TF_LITE_MICRO_EXPECT(list[3].IsNull() && map["none"].IsNull() && map["no such"].IsNull());
  const auto typed = map["typed"].AsTypedVector();
  TF_LITE_MICRO_EXPECT(typed.size() == 4 && typed[3].AsInt32() == 4000 && typed[0].IsInt());
  TF_LITE_MICRO_EXPECT_EQ(map["typed"].AsVector().size(), 0u);
  TF_LITE_MICRO_EXPECT(map["text"].AsInt32() == 0 && map["list"].AsString().size() == 0);
}

// Two of a kind have no length before them.
void TestFixedVector() {
  const uint8_t pair[] = {3, 5, 2, flexbuffers::FBT_VECTOR_INT2 << 2, 1};
  const auto vector = GetRoot(pair, sizeof(pair)).AsFixedTypedVector();
  TF_LITE_MICRO_EXPECT(vector.size() == 2 && vector[0].AsInt32() == 3 && vector[1].AsInt32() == 5);
}

uint64_t g_sum = 0;

void ReadAll(const Reference& value, int depth) {
  g_sum += value.AsUInt64() + (value.AsBool() ? 1 : 0) + value.AsString().size();
  g_sum += value.AsFloat() > 0 ? 1 : 0;
  g_sum += value.AsKey()[0] == value.AsString().c_str()[0] ? 1 : 0;
  for (const Vector& list : {value.AsVector(), value.AsTypedVector(), value.AsFixedTypedVector()}) {
    for (size_t i = 0; depth > 0 && i < list.size(); ++i) {
      ReadAll(list[i], depth - 1);
    }
  }
  g_sum += value.AsMap()["text"].AsUInt64();
}

// Every byte, every shortened buffer; each in memory of its own, so that a sanitizer sees its ends.
void TestDamage() {
  for (unsigned int at = 0; at < g_model_len; ++at) {
    for (const int changed : {0, 1, 2, 3, 4, 8, 39, 40, 60, 100, 127, 128, 255}) {
      std::vector<uint8_t> bytes(g_model, g_model + g_model_len);
      bytes[at] = static_cast<uint8_t>(changed);
      ReadAll(GetRoot(bytes.data(), bytes.size()), 2);
    }
    const std::vector<uint8_t> shortened(g_model + at, g_model + g_model_len);
    ReadAll(GetRoot(shortened.data(), shortened.size()), 2);
  }
  TF_LITE_MICRO_EXPECT(GetRoot(nullptr, 0).IsNull());
}

}  // namespace

void setup() {
  TestValues();
  TestFixedVector();
  TestDamage();
  micro_test::EndTest("flexbuffer");
}

void loop() { g_answer = micro_test::Finish(); }
