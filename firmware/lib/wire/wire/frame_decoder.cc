#include "wire/bytes.h"
#include "wire/crc32.h"
#include "wire/frame.h"

namespace wire {

Decoder::Result Decoder::Push(uint8_t byte) {
  if (byte == 0) return EndOfFrame();
  any_ = true;
  if (block_left_ > 0) {
    Append(byte);
    --block_left_;
    return Result::kNothing;
  }
  // A code byte: a block of code - 1 bytes, and a zero after it unless the block is full-size or
  // the last one. Whether it is the last shows only now, when the next code byte comes.
  if (zero_due_) Append(0);
  block_left_ = static_cast<uint8_t>(byte - 1);
  zero_due_ = byte != 0xFF;
  return Result::kNothing;
}

void Decoder::Append(uint8_t byte) {
  if (size_ < capacity_) {
    buffer_[size_++] = byte;
  } else {
    too_long_ = true;
  }
}

Decoder::Result Decoder::EndOfFrame() {
  const size_t size = size_;
  const bool any = any_;
  const bool too_long = too_long_;
  const bool cut_short = block_left_ > 0;
  size_ = 0;
  block_left_ = 0;
  zero_due_ = false;
  any_ = false;
  too_long_ = false;

  if (!any) return Result::kNothing;
  if (too_long) return Result::kTooLong;
  if (cut_short || size < BodyBytes(0)) return Result::kBadFrame;
  const size_t checked = size - kCRC_BYTES;
  const uint32_t crc = ReadU32(buffer_ + checked);
  if (Crc32(buffer_, checked) != crc) return Result::kBadCrc;
  frame_ = {buffer_[0],
            buffer_[1],
            ReadU16(buffer_ + 2),
            crc,
            {buffer_ + kHEADER_BYTES, checked - kHEADER_BYTES}};
  return Result::kFrame;
}

}  // namespace wire
