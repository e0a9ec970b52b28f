// Tests as a program of their own: TF_LITE_MICRO_TESTS_BEGIN, any number of
// TF_LITE_MICRO_TEST(name) { ... }, TF_LITE_MICRO_TESTS_END.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_H_
#define TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/system_setup.h"

namespace micro_test {

struct Tally {
  int passed = 0;
  int failed = 0;
  bool is_failing = false;  // the test that runs
};
inline Tally& Results() {
  static Tally tally;
  return tally;
}
// By upstream's name.
[[maybe_unused]] static bool& did_test_fail = Results().is_failing;
[[maybe_unused]] static tflite::ErrorReporter* const reporter = tflite::GetMicroErrorReporter();
inline bool Expect(bool holds, const char* what, const char* file, int line) {
  if (!holds) {
    MicroPrintf("%s:%d: not so: %s", file, line, what);
    Results().is_failing = true;
  }
  return holds;
}
// Equal, or no farther apart than epsilon.
template <typename T, typename U, typename V>
bool IsNear(const T& x, const U& y, const V& epsilon) {
  return x == y || (x > y ? x - y : y - x) <= epsilon;
}
inline void EndTest(const char* name) {
  Tally& tally = Results();
  MicroPrintf("%s: %s", name, tally.is_failing ? "FAILED" : "passed");
  (tally.is_failing ? tally.failed : tally.passed) += 1;
  tally.is_failing = false;
}
inline int Finish() {
  const Tally& tally = Results();
  MicroPrintf("%d of %d tests passed", tally.passed, tally.passed + tally.failed);
  MicroPrintf(tally.failed == 0 ? "~~~ALL TESTS PASSED~~~" : "~~~SOME TESTS FAILED~~~");
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace micro_test

#define TF_LITE_MICRO_TESTS_BEGIN \
  int main() {                    \
    tflite::InitializeTarget();
#define TF_LITE_MICRO_TESTS_END \
  return micro_test::Finish();  \
  }
// What follows is the body; it runs once.
#define TF_LITE_MICRO_TEST(name) \
  for (bool runs_##name = true; runs_##name; runs_##name = false, micro_test::EndTest(#name))

#define TF_LITE_MICRO_EXPECT(x) micro_test::Expect(static_cast<bool>(x), #x, __FILE__, __LINE__)
#define TF_LITE_MICRO_EXPECT_TRUE(x) TF_LITE_MICRO_EXPECT(x)
#define TF_LITE_MICRO_EXPECT_FALSE(x) TF_LITE_MICRO_EXPECT(!(x))
#define TF_LITE_MICRO_EXPECT_EQ(x, y) TF_LITE_MICRO_EXPECT((x) == (y))
#define TF_LITE_MICRO_EXPECT_NE(x, y) TF_LITE_MICRO_EXPECT((x) != (y))
#define TF_LITE_MICRO_EXPECT_GT(x, y) TF_LITE_MICRO_EXPECT((x) > (y))
#define TF_LITE_MICRO_EXPECT_LT(x, y) TF_LITE_MICRO_EXPECT((x) < (y))
#define TF_LITE_MICRO_EXPECT_GE(x, y) TF_LITE_MICRO_EXPECT((x) >= (y))
#define TF_LITE_MICRO_EXPECT_LE(x, y) TF_LITE_MICRO_EXPECT((x) <= (y))
#define TF_LITE_MICRO_EXPECT_NEAR(x, y, epsilon)                                          \
  micro_test::Expect(micro_test::IsNear(x, y, epsilon), #x " within " #epsilon " of " #y, \
                     __FILE__, __LINE__)
#define TF_LITE_MICRO_ARRAY_ELEMENT_EXPECT_EQ(x, i, y, j) TF_LITE_MICRO_EXPECT_EQ((x)[i], (y)[j])
#define TF_LITE_MICRO_ARRAY_ELEMENT_EXPECT_NEAR(x, i, y, j, epsilon) \
  TF_LITE_MICRO_EXPECT_NEAR((x)[i], (y)[j], epsilon)
#define TF_LITE_MICRO_EXPECT_STRING_EQ(x, y) TF_LITE_MICRO_EXPECT(__builtin_strcmp(x, y) == 0)
// Ends a function that returns a TfLiteStatus once its test has failed.
#define TF_LITE_MICRO_CHECK_FAIL()   \
  do {                               \
    if (micro_test::did_test_fail) { \
      return kTfLiteError;           \
    }                                \
  } while (false)
#define TF_LITE_MICRO_FAIL(msg) micro_test::Expect(false, msg, __FILE__, __LINE__)

#endif  // TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_H_
