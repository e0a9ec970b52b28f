// Frames on the serial line:  0x00 COBS(body) 0x00 0x00  with
// body = version u8, type u8, seq u16 LE, payload, CRC-32 u32 LE over all before it.
// docs/protocol.md is the specification.

#ifndef WIRE_FRAME_H_
#define WIRE_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "wire/ids.h"

namespace wire {

// A run of bytes that somebody else owns.
struct Span {
  const uint8_t* data;
  size_t size;
};

// A received frame; `payload` points into the decoder's buffer and lives until its next Push.
struct Frame {
  uint8_t version;
  uint8_t type;
  uint16_t seq;
  uint32_t crc;  // of the whole body
  Span payload;
};

// Bytes that a frame buffer needs for payloads of up to `payload_bytes`.
constexpr size_t BodyBytes(size_t payload_bytes) {
  return kHEADER_BYTES + payload_bytes + kCRC_BYTES;
}

// The most bytes that a body of `body_bytes` takes on the line, the three delimiters included.
constexpr size_t LineBytes(size_t body_bytes) { return body_bytes + (body_bytes + 253) / 254 + 3; }

// Takes the line byte by byte and decodes COBS straight into the caller's buffer, so that a frame
// is in memory once. Never writes beyond the buffer, whatever comes; every delimiter
// resynchronizes.
class Decoder {
 public:
  enum class Result : uint8_t {
    kNothing,   // in the middle of a frame, or between frames
    kFrame,     // frame() is valid
    kBadCrc,    // a frame ended here and its CRC is wrong
    kBadFrame,  // a frame ended here that was no valid COBS or too short
    kTooLong,   // a frame ended here that did not fit in the buffer
  };

  // `buffer` of `capacity` bytes must outlive the decoder; it bounds the body, CRC included.
  Decoder(uint8_t* buffer, size_t capacity) : buffer_(buffer), capacity_(capacity) {}

  // Takes one byte from the line. Any result but kNothing comes with a delimiter.
  Result Push(uint8_t byte);

  // The frame of the last Push that returned kFrame.
  const Frame& frame() const { return frame_; }

 private:
  Result EndOfFrame();
  void Append(uint8_t byte);

  uint8_t* buffer_;
  size_t capacity_;
  size_t size_ = 0;         // bytes of the body so far
  uint8_t block_left_ = 0;  // bytes of the current COBS block still to come
  bool zero_due_ = false;   // the current block, once complete, stands for a zero after it
  bool any_ = false;        // a byte came since the last delimiter
  bool too_long_ = false;
  Frame frame_ = {};
};

// Sends `size` bytes to the line; blocks until they are queued.
using WriteFn = void (*)(const uint8_t* data, size_t size);

// Fills spans[0] with the header and the last span with the CRC, and sends the frame. Called by
// SendFrame, which makes the room for both.
void SendSpans(WriteFn write, uint8_t type, uint16_t seq, Span* spans, size_t count);

// Encodes one frame whose payload is the concatenation of `payload`, and hands it to `write` in
// small pieces. Needs no frame buffer: COBS looks ahead in the spans themselves, which may lie
// anywhere but must not change until the call returns. Uses less than 200 bytes of stack.
template <size_t N>
void SendFrame(WriteFn write, uint8_t type, uint16_t seq, const Span (&payload)[N]) {
  Span spans[N + 2];
  for (size_t i = 0; i < N; ++i) spans[i + 1] = payload[i];
  SendSpans(write, type, seq, spans, N + 2);
}

}  // namespace wire

#endif  // WIRE_FRAME_H_
