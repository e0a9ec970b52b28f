// For classes with a virtual destructor that are never made with new.

#ifndef TENSORFLOW_LITE_MICRO_COMPATIBILITY_H_
#define TENSORFLOW_LITE_MICRO_COMPATIBILITY_H_

#define TF_LITE_REMOVE_VIRTUAL_DELETE \
 public:                              \
  static void operator delete(void*) {}

#endif  // TENSORFLOW_LITE_MICRO_COMPATIBILITY_H_
