// What a request carries for the model's inputs: a format and values in it (docs/protocol.md,
// INFER, LOAD, RUN).

#ifndef MCUFORGE_SRC_INPUT_H_
#define MCUFORGE_SRC_INPUT_H_

#include <cstddef>
#include <cstdint>

#include "frontend.h"
#include "model_info.h"
#include "wire/frame.h"
#include "wire/ids.h"

namespace input {

// The longest input of a request: format and values of a plain model, all in one frame if they are
// not many. Pieces of others and of samples, as long as kPieceBytes, cost the line little.
constexpr size_t kLongestBytes = wire::kLONGEST_BYTES;
constexpr size_t kPieceBytes = 512;
constexpr size_t kWholeBytes = 1 + mcuforge::kInputBytes;
constexpr bool kHasPieces =
    !mcuforge::kIsPlain || (mcuforge::kSampleBytes > 0 && kWholeBytes < kPieceBytes);
constexpr size_t kMaxBytes = kHasPieces                    ? kPieceBytes
                             : kWholeBytes < kLongestBytes ? kWholeBytes
                                                           : kLongestBytes;
constexpr size_t kCrcsBytes = sizeof(uint32_t) * mcuforge::kInputCount;
static_assert(1 + kCrcsBytes <= kMaxBytes || mcuforge::kIsPlain, "the frame holds RUN and PROFILE");

// True if an input of this format may have this size.
bool HasLength(wire::Span input);

// True if the values are what their format promises. The length must be right.
bool IsValid(wire::Span input);

// Fills the input tensor, for the next model::Run, of a valid input.
void Set(wire::Span input);

// True if `crcs`, of kCrcsBytes, are those of the values that Load took last, also if they have
// been run since.
bool HaveCrcs(const uint8_t* crcs);

// True if all inputs came by Load, and `crcs`, of kCrcsBytes, are theirs.
bool AreLoaded(const uint8_t* crcs);

// Takes the piece that is the payload of LOAD. False if it is no piece of an input.
bool Load(wire::Span payload);

}  // namespace input

#endif  // MCUFORGE_SRC_INPUT_H_
