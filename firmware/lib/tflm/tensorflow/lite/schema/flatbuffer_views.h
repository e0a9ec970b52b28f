// FlatBuffers' strings, vectors and tables where they lie, with the names that applications use for
// them. Never made, only cast to; nothing is checked.

#ifndef TENSORFLOW_LITE_SCHEMA_FLATBUFFER_VIEWS_H_
#define TENSORFLOW_LITE_SCHEMA_FLATBUFFER_VIEWS_H_

#include <stddef.h>
#include <stdint.h>

namespace flatbuffers {

template <typename T>
struct Offset;  // in a vector: of a table

// What stands behind a count. A field that is left out is null, and nobody reads behind that: GCC
// follows the way of null into strcmp, and warns.
inline const void* Behind(const uint32_t* count) {
  const uint32_t* const start = count + 1;
  if (reinterpret_cast<uintptr_t>(start) == sizeof(*count)) {
    __builtin_unreachable();
  }
  return start;
}

// How many elements, then these.
template <typename T>
class Vector {
 public:
  uint32_t size() const { return count_; }
  const T* data() const { return static_cast<const T*>(Behind(&count_)); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + count_; }
  T Get(uint32_t i) const { return data()[i]; }
  T operator[](uint32_t i) const { return Get(i); }

 private:
  uint32_t count_;
};

template <typename Table>
class Vector<Offset<Table>> {
 public:
  uint32_t size() const { return count_; }
  const Table* Get(uint32_t i) const {
    const uint32_t* const at = &count_ + 1 + i;
    return reinterpret_cast<const Table*>(reinterpret_cast<const uint8_t*>(at) + *at);
  }
  const Table* operator[](uint32_t i) const { return Get(i); }

 private:
  uint32_t count_;
};

class String {
 public:
  uint32_t size() const { return count_; }
  const char* c_str() const { return static_cast<const char*>(Behind(&count_)); }
  const char* data() const { return c_str(); }

 private:
  uint32_t count_;
};

// A table's fields by their number in the schema.
class TableView {
 protected:
  template <typename T>
  T Value(uint32_t id, T fallback) const {
    const uint8_t* const at = At(id);
    return at ? *reinterpret_cast<const T*>(at) : fallback;
  }
  template <typename T>
  const T* Pointer(uint32_t id) const {
    const uint8_t* const at = At(id);
    return at ? reinterpret_cast<const T*>(at + *reinterpret_cast<const uint32_t*>(at)) : nullptr;
  }

 private:
  const uint8_t* At(uint32_t id) const {
    const uint8_t* const table = reinterpret_cast<const uint8_t*>(this);
    const uint16_t* const vtable =
        reinterpret_cast<const uint16_t*>(table - *reinterpret_cast<const int32_t*>(table));
    const uint32_t entry = 2 + id;  // behind the sizes of the vtable and of the table
    const uint32_t offset = entry < vtable[0] / 2u ? vtable[entry] : 0;
    return offset != 0 ? table + offset : nullptr;
  }
};

}  // namespace flatbuffers

#endif  // TENSORFLOW_LITE_SCHEMA_FLATBUFFER_VIEWS_H_
