// Feeds random and mutated streams to the frame decoder, under sanitizers. Each execution follows
// from its seed alone.
//
//   frame_fuzz <first seed> <count>    prints how many frames were accepted
//
// What counts as a find: a sanitizer's report (the buffer is exactly as large as the decoder was
// told), a frame that is not in the buffer, and a sound frame that is not decoded after the noise.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "wire/frame.h"

namespace {

using wire::Decoder;

constexpr size_t kMostPayload = 600;  // more than two COBS blocks
constexpr size_t kMostNoise = 200;

std::vector<uint8_t> g_line;

void Write(const uint8_t* data, size_t size) { g_line.insert(g_line.end(), data, data + size); }

// Marsaglia's xorshift64*.
class Random {
 public:
  explicit Random(uint64_t seed) : state_((seed + 1) * 0x9E3779B97F4A7C15u) {}

  // 0 to `limit` - 1.
  size_t Below(size_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<size_t>((state_ * 0x2545F4914F6CDD1Du) >> 33) % limit;
  }
  uint8_t Byte() { return static_cast<uint8_t>(Below(256)); }

 private:
  uint64_t state_;
};

[[noreturn]] void Fail(uint64_t seed, const char* what) {
  std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed), what);
  std::abort();
}

void SendRandomFrame(Random& random, size_t payload_bytes) {
  uint8_t payload[kMostPayload];
  const bool sparse = random.Below(2) == 0;  // zeros are what COBS is about
  for (size_t i = 0; i < payload_bytes; ++i) {
    payload[i] = sparse && random.Below(4) != 0 ? 0 : random.Byte();
  }
  const wire::Span spans[] = {{payload, payload_bytes}};
  wire::SendFrame(Write, random.Byte(), static_cast<uint16_t>(random.Below(65536)), spans);
}

void Mutate(Random& random) {
  for (size_t n = random.Below(4); n > 0 && !g_line.empty(); --n) {
    const auto at = g_line.begin() + static_cast<ptrdiff_t>(random.Below(g_line.size()));
    switch (random.Below(4)) {
      case 0:
        *at = static_cast<uint8_t>(*at ^ (1u << random.Below(8)));
        break;
      case 1:
        g_line.erase(at);
        break;
      case 2:
        g_line.insert(at, random.Byte());
        break;
      default:
        g_line.erase(at, g_line.end());
        break;
    }
  }
}

// Returns how many frames were accepted.
unsigned Feed(uint64_t seed, Decoder& decoder, const uint8_t* buffer, size_t capacity) {
  unsigned accepted = 0;
  for (const uint8_t byte : g_line) {
    if (decoder.Push(byte) != Decoder::Result::kFrame) continue;
    ++accepted;
    const wire::Span payload = decoder.frame().payload;
    if (payload.data < buffer || wire::BodyBytes(payload.size) > capacity ||
        payload.data + payload.size + wire::kCRC_BYTES > buffer + capacity) {
      Fail(seed, "the frame's payload is not in the buffer");
    }
  }
  return accepted;
}

unsigned Execute(uint64_t seed) {
  Random random(seed);
  const size_t capacity = wire::BodyBytes(random.Below(kMostPayload));
  // On the heap, so that AddressSanitizer sees the first byte beyond it.
  const std::unique_ptr<uint8_t[]> buffer(new uint8_t[capacity]);
  Decoder decoder(buffer.get(), capacity);

  g_line.clear();
  for (size_t frames = random.Below(3); frames > 0; --frames) {
    SendRandomFrame(random, random.Below(kMostPayload));
  }
  for (size_t n = random.Below(kMostNoise); n > 0; --n) g_line.push_back(random.Byte());
  Mutate(random);
  g_line.push_back(0);  // ends whatever was cut off
  const unsigned accepted = Feed(seed, decoder, buffer.get(), capacity);

  g_line.clear();
  SendRandomFrame(random, random.Below(capacity - wire::BodyBytes(0) + 1));
  if (Feed(seed, decoder, buffer.get(), capacity) != 1) Fail(seed, "a sound frame was lost");
  return accepted;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  unsigned long long accepted = 0;
  for (uint64_t i = 0; i < count; ++i) accepted += Execute(first + i);
  std::printf("%llu\n", accepted);
  return 0;
}
