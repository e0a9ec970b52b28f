// SHA-256 (FIPS 180-4), for the hash of the model that is really in the image.

#ifndef WIRE_SHA256_H_
#define WIRE_SHA256_H_

#include <cstddef>
#include <cstdint>

namespace wire {

constexpr size_t kSha256Bytes = 32;

// Writes the digest of `size` bytes at `data` (any size below 2^32) to `digest`. Uses about 200
// bytes of stack and, on a Cortex-M, some 60 instructions a byte.
void Sha256(const uint8_t* data, size_t size, uint8_t digest[kSha256Bytes]);

}  // namespace wire

#endif  // WIRE_SHA256_H_
