// A tensor's shape as a value of its own, for custom ops.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_

#include <stdint.h>

#include <initializer_list>

#include "tensorflow/lite/kernels/internal/compatibility.h"

namespace tflite {

// Up to kMaxDims extents, in place: no heap. One more, or an axis that is not there, ends the
// program where TFLITE_DCHECK looks.
class RuntimeShape {
 public:
  static constexpr int kMaxDims = 6;

  RuntimeShape() = default;
  // The extents are to be set.
  explicit RuntimeShape(int dimensions_count) { Resize(dimensions_count); }
  // All extents are `value`.
  RuntimeShape(int dimensions_count, int32_t value) {
    Resize(dimensions_count);
    for (int i = 0; i < count_; ++i) {
      dims_[i] = value;
    }
  }
  RuntimeShape(int dimensions_count, const int32_t* dims) { ReplaceWith(dimensions_count, dims); }
  RuntimeShape(std::initializer_list<int> dims) { BuildFrom(dims); }

  int32_t DimensionsCount() const { return count_; }
  int32_t Dims(int i) const {
    TFLITE_DCHECK(i >= 0 && i < count_);
    return dims_[i];
  }
  void SetDim(int i, int32_t value) {
    TFLITE_DCHECK(i >= 0 && i < count_);
    dims_[i] = value;
  }
  int32_t* DimsData() { return dims_; }
  const int32_t* DimsData() const { return dims_; }
  const int32_t* DimsDataUpTo5D() const { return dims_; }

  void Resize(int dimensions_count) {
    TFLITE_DCHECK(dimensions_count >= 0 && dimensions_count <= kMaxDims);
    count_ = dimensions_count;
  }
  void ReplaceWith(int dimensions_count, const int32_t* dims) {
    Resize(dimensions_count);
    for (int i = 0; i < count_; ++i) {
      dims_[i] = dims[i];
    }
  }
  template <typename Extents>
  void BuildFrom(const Extents& dims) {
    Resize(static_cast<int>(dims.end() - dims.begin()));
    int32_t* to = dims_;
    for (const auto extent : dims) {
      *to++ = static_cast<int32_t>(extent);
    }
  }

  // The shape with leading ones.
  static RuntimeShape ExtendedShape(int dimensions_count, const RuntimeShape& shape) {
    RuntimeShape extended(dimensions_count, 1);
    const int lead = dimensions_count - shape.count_;
    TFLITE_DCHECK(lead >= 0);
    for (int i = 0; i < shape.count_; ++i) {
      extended.SetDim(lead + i, shape.dims_[i]);
    }
    return extended;
  }

  // How many elements; 1 of a scalar.
  int FlatSize() const {
    int size = 1;
    for (int i = 0; i < count_; ++i) {
      size *= dims_[i];
    }
    return size;
  }

  bool operator==(const RuntimeShape& other) const {
    int i = 0;
    while (i < count_ && count_ == other.count_ && dims_[i] == other.dims_[i]) {
      ++i;
    }
    return count_ == other.count_ && i == count_;
  }
  bool operator!=(const RuntimeShape& other) const { return !(*this == other); }

 private:
  int32_t count_ = 0;
  int32_t dims_[kMaxDims] = {};
};

// The place of an element of a 4-D tensor.
inline int Offset(const RuntimeShape& shape, int i0, int i1, int i2, int i3) {
  TFLITE_DCHECK_EQ(shape.DimensionsCount(), 4);
  const int32_t* const dims = shape.DimsData();
  return ((i0 * dims[1] + i1) * dims[2] + i2) * dims[3] + i3;
}
inline int Offset(const RuntimeShape& shape, const int* index) {
  return Offset(shape, index[0], index[1], index[2], index[3]);
}

// An extent that two shapes have in common.
inline int MatchingDim(const RuntimeShape& a, int i, const RuntimeShape& b, int j) {
  TFLITE_DCHECK_EQ(a.Dims(i), b.Dims(j));
  static_cast<void>(b);
  static_cast<void>(j);
  return a.Dims(i);
}
// How many elements each of the shapes has.
inline int MatchingFlatSize(const RuntimeShape& shape, const RuntimeShape& other) {
  TFLITE_DCHECK(shape == other);
  static_cast<void>(other);
  return shape.FlatSize();
}
template <typename... Shapes>
int MatchingFlatSize(const RuntimeShape& shape, const RuntimeShape& other, const Shapes&... more) {
  MatchingFlatSize(shape, other);
  return MatchingFlatSize(shape, more...);
}
// How many elements there are in one step along an axis.
inline int FlatSizeSkipDim(const RuntimeShape& shape, int skipped) {
  int size = 1;
  for (int i = 0; i < shape.DimensionsCount(); ++i) {
    size *= i == skipped ? 1 : shape.Dims(i);
  }
  return size;
}
inline int MatchingFlatSizeSkipDim(const RuntimeShape& shape, int skipped,
                                   const RuntimeShape& other) {
  TFLITE_DCHECK_EQ(FlatSizeSkipDim(shape, skipped), FlatSizeSkipDim(other, skipped));
  static_cast<void>(other);
  return FlatSizeSkipDim(shape, skipped);
}

namespace micro {
using ::tflite::FlatSizeSkipDim;
using ::tflite::MatchingDim;
using ::tflite::MatchingFlatSize;
using ::tflite::MatchingFlatSizeSkipDim;
using ::tflite::Offset;
using ::tflite::RuntimeShape;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_RUNTIME_SHAPE_H_
