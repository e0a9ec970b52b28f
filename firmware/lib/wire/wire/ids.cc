#include "wire/ids.h"

namespace wire {

const char* ErrorName(Error error) {
  switch (error) {
#define WIRE_ERROR(name, value, text) \
  case Error::name:                   \
    return #name;
#include "wire/ids.def"
  }
  return "";
}

}  // namespace wire
