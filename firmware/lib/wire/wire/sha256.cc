#include "wire/sha256.h"

namespace wire {
namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS
// 180-4 4.2.2).
constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

constexpr size_t kBlockBytes = 64;

uint32_t RotateRight(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

// Mixes one block, given as 16 big-endian words in `w`, into `state`. The message schedule is
// expanded in place, 16 words at a time, so that it costs 64 bytes of stack in place of 256.
void MixBlock(uint32_t state[8], uint32_t w[16]) {
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; ++t) {
    uint32_t& word = w[t & 15];
    if (t >= 16) {
      const uint32_t w15 = w[(t - 15) & 15];
      const uint32_t w2 = w[(t - 2) & 15];
      word += (RotateRight(w15, 7) ^ RotateRight(w15, 18) ^ (w15 >> 3)) + w[(t - 7) & 15] +
              (RotateRight(w2, 17) ^ RotateRight(w2, 19) ^ (w2 >> 10));
    }
    const uint32_t t1 = h + (RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25)) +
                        ((e & f) ^ (~e & g)) + kRound[t] + word;
    const uint32_t t2 = (RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22)) +
                        ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

// Byte `i` of the padded message: the data, one 0x80, then zeros. The length goes in separately.
uint8_t PaddedByte(const uint8_t* data, size_t size, size_t i) {
  if (i < size) return data[i];
  return i == size ? 0x80 : 0x00;
}

}  // namespace

void Sha256(const uint8_t* data, size_t size, uint8_t digest[kSha256Bytes]) {
  // First 32 bits of the fractional parts of the square roots of the first 8 primes (5.3.3).
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  // The message ends with 0x80 and a length of 8 bytes, padded to whole blocks.
  const size_t blocks = (size + 1 + 8 + kBlockBytes - 1) / kBlockBytes;
  uint32_t w[16];
  for (size_t block = 0; block < blocks; ++block) {
    for (size_t i = 0; i < 16; ++i) {
      w[i] = 0;
      for (size_t j = 0; j < 4; ++j) {
        w[i] = (w[i] << 8) | PaddedByte(data, size, block * kBlockBytes + i * 4 + j);
      }
    }
    if (block + 1 == blocks) {
      w[14] = static_cast<uint32_t>(size >> 29);  // high word of the length in bits
      w[15] = static_cast<uint32_t>(size << 3);
    }
    MixBlock(state, w);
  }
  for (size_t i = 0; i < kSha256Bytes; ++i) {
    digest[i] = static_cast<uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
}

}  // namespace wire
