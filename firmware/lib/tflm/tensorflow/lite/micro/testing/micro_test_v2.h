// Tests as GoogleTest has them, as a program of their own: any number of TEST(suite, name) { ... }
// and TEST_F, in any number of sources, and TF_LITE_MICRO_TESTS_MAIN in one of them. An ASSERT that
// fails ends its test.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_V2_H_
#define TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_V2_H_

#include <cfloat>
#include <type_traits>

#include "tensorflow/lite/micro/testing/micro_test.h"

namespace tflite {
inline void InitializeTest() { InitializeTarget(); }
}  // namespace tflite

namespace testing {

// What the class of a TEST_F derives from.
class Test {
 public:
  virtual ~Test() = default;
  virtual void SetUp() {}
  virtual void TearDown() {}
};

}  // namespace testing

namespace micro_test {

// A test that stands in a list of all, in their order, from the program's start on.
class Case {
 public:
  Case(const char* name, void (*body)()) : name_(name), body_(body) {
    Case** end = &First();
    while (*end) {
      end = &(*end)->next_;
    }
    *end = this;
  }
  // What main returns.
  static int RunAll() {
    for (const Case* each = First(); each; each = each->next_) {
      each->body_();
      EndTest(each->name_);
    }
    return Finish();
  }

 private:
  static Case*& First() {
    static Case* first = nullptr;
    return first;
  }

  const char* const name_;
  void (*const body_)();
  Case* next_ = nullptr;
};

template <class Fixture>
void RunWithFixture() {
  static_assert(std::is_base_of<testing::Test, Fixture>::value, "TEST_F wants a testing::Test");
  Fixture fixture;
  fixture.SetUp();
  fixture.Body();
  fixture.TearDown();
}

inline bool IsSameText(const char* x, const char* y) {
  return x == y || (x && y && __builtin_strcmp(x, y) == 0);
}

}  // namespace micro_test

#define TEST(suite, name)                                                                 \
  static void suite##_##name##_Body();                                                    \
  static micro_test::Case suite##_##name##_Case(#suite "." #name, suite##_##name##_Body); \
  static void suite##_##name##_Body()
#define TEST_F(fixture, name)                                                                    \
  class fixture##_##name : public fixture {                                                      \
   public:                                                                                       \
    void Body();                                                                                 \
  };                                                                                             \
  static micro_test::Case fixture##_##name##_Case(#fixture "." #name,                            \
                                                  micro_test::RunWithFixture<fixture##_##name>); \
  void fixture##_##name::Body()

#define TF_LITE_MICRO_TESTS_MAIN       \
  int main() {                         \
    tflite::InitializeTest();          \
    return micro_test::Case::RunAll(); \
  }

// `holds` as the program has it, `said` in the message; `otherwise` is done where it does not.
#define MICRO_TEST_THAT(holds, said, otherwise)                                    \
  do {                                                                             \
    if (!micro_test::Expect(static_cast<bool>(holds), said, __FILE__, __LINE__)) { \
      otherwise;                                                                   \
    }                                                                              \
  } while (false)
#define MICRO_TEST_COMPARED(x, op, y, otherwise) \
  MICRO_TEST_THAT((x)op(y), #x " " #op " " #y, otherwise)
#define MICRO_TEST_NEAR(x, y, epsilon, otherwise) \
  MICRO_TEST_THAT(micro_test::IsNear(x, y, epsilon), #x " within " #epsilon " of " #y, otherwise)
#define MICRO_TEST_TEXT(same, x, y, otherwise) \
  MICRO_TEST_THAT(micro_test::IsSameText(x, y) == (same), #x " and " #y " as texts", otherwise)

#define EXPECT_TRUE(x) MICRO_TEST_THAT(x, #x, )
#define EXPECT_FALSE(x) MICRO_TEST_THAT(!(x), "not " #x, )
#define EXPECT_EQ(x, y) MICRO_TEST_COMPARED(x, ==, y, )
#define EXPECT_NE(x, y) MICRO_TEST_COMPARED(x, !=, y, )
#define EXPECT_GT(x, y) MICRO_TEST_COMPARED(x, >, y, )
#define EXPECT_LT(x, y) MICRO_TEST_COMPARED(x, <, y, )
#define EXPECT_GE(x, y) MICRO_TEST_COMPARED(x, >=, y, )
#define EXPECT_LE(x, y) MICRO_TEST_COMPARED(x, <=, y, )
#define EXPECT_NEAR(x, y, epsilon) MICRO_TEST_NEAR(x, y, epsilon, )
#define EXPECT_FLOAT_EQ(x, y) MICRO_TEST_NEAR(x, y, 4 * FLT_EPSILON, )
#define EXPECT_STREQ(x, y) MICRO_TEST_TEXT(true, x, y, )
#define EXPECT_STRNE(x, y) MICRO_TEST_TEXT(false, x, y, )

#define ASSERT_TRUE(x) MICRO_TEST_THAT(x, #x, return)
#define ASSERT_FALSE(x) MICRO_TEST_THAT(!(x), "not " #x, return)
#define ASSERT_EQ(x, y) MICRO_TEST_COMPARED(x, ==, y, return)
#define ASSERT_NE(x, y) MICRO_TEST_COMPARED(x, !=, y, return)
#define ASSERT_GT(x, y) MICRO_TEST_COMPARED(x, >, y, return)
#define ASSERT_LT(x, y) MICRO_TEST_COMPARED(x, <, y, return)
#define ASSERT_GE(x, y) MICRO_TEST_COMPARED(x, >=, y, return)
#define ASSERT_LE(x, y) MICRO_TEST_COMPARED(x, <=, y, return)
#define ASSERT_NEAR(x, y, epsilon) MICRO_TEST_NEAR(x, y, epsilon, return)
#define ASSERT_FLOAT_EQ(x, y) MICRO_TEST_NEAR(x, y, 4 * FLT_EPSILON, return)
#define ASSERT_STREQ(x, y) MICRO_TEST_TEXT(true, x, y, return)
#define ASSERT_STRNE(x, y) MICRO_TEST_TEXT(false, x, y, return)

#define ADD_FAILURE(msg) MICRO_TEST_THAT(false, msg, )
#define FAIL(msg) MICRO_TEST_THAT(false, msg, return)

#endif  // TENSORFLOW_LITE_MICRO_TESTING_MICRO_TEST_V2_H_
