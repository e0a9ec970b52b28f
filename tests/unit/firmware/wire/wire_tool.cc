// Lets Python call firmware/lib/wire: reads requests from stdin and answers on stdout.
//   request: op u8, argument u32 LE, size u32 LE, data      reply: size u32 LE, data
//   'd' decode the stream `data` with a frame buffer of `argument` bytes; each result but kNothing
//       becomes: result u8, and for a frame: version u8, type u8, seq u16, crc u32, size u32,
//       payload
//   'e' encode: data = type u8, seq u16, payload, whose payload is cut in spans of `argument` bytes
//   'c' CRC-32 of data, computed in pieces of `argument` bytes      's' SHA-256 of data
//   'n' ErrorName(argument)

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "wire/bytes.h"
#include "wire/crc32.h"
#include "wire/frame.h"
#include "wire/sha256.h"

namespace {

using Bytes = std::vector<uint8_t>;

Bytes g_reply;

void Put(const uint8_t* data, size_t size) { g_reply.insert(g_reply.end(), data, data + size); }

void PutU32(uint32_t value) {
  uint8_t bytes[4];
  wire::WriteU32(bytes, value);
  Put(bytes, sizeof(bytes));
}

void Decode(const Bytes& stream, size_t capacity) {
  // A block of exactly `capacity` bytes on the heap: AddressSanitizer sees the first one beyond it.
  std::unique_ptr<uint8_t[]> buffer(new uint8_t[capacity]);
  wire::Decoder decoder(buffer.get(), capacity);
  for (uint8_t byte : stream) {
    const wire::Decoder::Result result = decoder.Push(byte);
    if (result == wire::Decoder::Result::kNothing) continue;
    g_reply.push_back(static_cast<uint8_t>(result));
    if (result != wire::Decoder::Result::kFrame) continue;
    const wire::Frame& frame = decoder.frame();
    g_reply.push_back(frame.version);
    g_reply.push_back(frame.type);
    g_reply.push_back(static_cast<uint8_t>(frame.seq));
    g_reply.push_back(static_cast<uint8_t>(frame.seq >> 8));
    PutU32(frame.crc);
    PutU32(static_cast<uint32_t>(frame.payload.size));
    Put(frame.payload.data, frame.payload.size);
  }
}

// Three spans: the first two of at most `piece` bytes, the third with the rest; any may be empty.
void Encode(const Bytes& data, size_t piece) {
  if (data.size() < 3) std::exit(2);
  const uint8_t* at = data.data() + 3;
  size_t left = data.size() - 3;
  wire::Span spans[3];
  for (int i = 0; i < 3; ++i) {
    const size_t size = i < 2 && piece < left ? piece : left;
    spans[i] = {at, size};
    at += size;
    left -= size;
  }
  wire::SendFrame(Put, data[0], wire::ReadU16(data.data() + 1), spans);
}

void Crc(const Bytes& data, size_t piece) {
  uint32_t crc = 0;
  for (size_t at = 0; at < data.size(); at += piece) {
    const size_t size = data.size() - at < piece ? data.size() - at : piece;
    crc = wire::Crc32(data.data() + at, size, crc);
  }
  PutU32(crc);
}

}  // namespace

int main() {
  uint8_t head[9];
  while (std::fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
    const uint32_t argument = wire::ReadU32(head + 1);
    Bytes data(wire::ReadU32(head + 5));
    if (std::fread(data.data(), 1, data.size(), stdin) != data.size()) return 2;
    g_reply.clear();
    switch (head[0]) {
      case 'd':
        Decode(data, argument);
        break;
      case 'e':
        Encode(data, argument);
        break;
      case 'c':
        Crc(data, argument);
        break;
      case 's': {
        uint8_t digest[wire::kSha256Bytes];
        wire::Sha256(data.data(), data.size(), digest);
        Put(digest, sizeof(digest));
        break;
      }
      case 'n': {
        const char* name = wire::ErrorName(static_cast<wire::Error>(argument));
        Put(reinterpret_cast<const uint8_t*>(name), std::strlen(name));
        break;
      }
      default:
        return 2;
    }
    uint8_t size[4];
    wire::WriteU32(size, static_cast<uint32_t>(g_reply.size()));
    std::fwrite(size, 1, sizeof(size), stdout);
    std::fwrite(g_reply.data(), 1, g_reply.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
