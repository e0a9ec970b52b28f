// The ids of the wire protocol as C++ enums, made from the one table ids.def.

#ifndef WIRE_IDS_H_
#define WIRE_IDS_H_

#include <cstddef>
#include <cstdint>

namespace wire {

enum Const : uint16_t {
#define WIRE_CONST(name, value, text) k##name = value,
#include "wire/ids.def"
};

enum class Command : uint8_t {
#define WIRE_COMMAND(name, value, least, most, text) name = value,
#include "wire/ids.def"
};

enum class Event : uint8_t {
#define WIRE_EVENT(name, value, text) name = value,
#include "wire/ids.def"
};

enum class Error : uint8_t {
#define WIRE_ERROR(name, value, text) name = value,
#include "wire/ids.def"
};

enum class Setup : uint8_t {
#define WIRE_SETUP(name, value, text) name = value,
#include "wire/ids.def"
};

enum class Format : uint8_t {
#define WIRE_FORMAT(name, value, text) name = value,
#include "wire/ids.def"
};

enum class Isa : uint8_t {
#define WIRE_ISA(name, value, text) name = value,
#include "wire/ids.def"
};

enum class Runtime : uint8_t {
#define WIRE_RUNTIME(name, value, text) name = value,
#include "wire/ids.def"
};

// The counters of STATS, in the order in which they go over the line.
struct Stats {
#define WIRE_STAT(name, value, text) uint32_t name = 0;
#include "wire/ids.def"
};

// The name of an error as it stands in the table, "" for a number outside it.
const char* ErrorName(Error error);

}  // namespace wire

#endif  // WIRE_IDS_H_
