#include "wire/bytes.h"
#include "wire/crc32.h"
#include "wire/frame.h"

namespace wire {
namespace {

constexpr size_t kMaxBlock = 254;  // bytes in a full COBS block

// Reads through several spans as if they were one.
class Cursor {
 public:
  Cursor(const Span* spans, size_t count) : span_(spans), end_(spans + count) { SkipEmpty(); }

  bool AtEnd() const { return span_ == end_; }
  uint8_t Get() const { return span_->data[offset_]; }
  void Next() {
    ++offset_;
    SkipEmpty();
  }

 private:
  void SkipEmpty() {
    while (span_ != end_ && offset_ == span_->size) {
      ++span_;
      offset_ = 0;
    }
  }

  const Span* span_;
  const Span* end_;
  size_t offset_ = 0;
};

// Gathers single bytes, so that a port that pays for each write (DMA, a system call) pays less.
class Gather {
 public:
  explicit Gather(WriteFn write) : write_(write) {}

  void Put(uint8_t byte) {
    bytes_[size_++] = byte;
    if (size_ == sizeof(bytes_)) Flush();
  }
  void Flush() {
    if (size_ > 0) write_(bytes_, size_);
    size_ = 0;
  }

 private:
  WriteFn write_;
  size_t size_ = 0;
  uint8_t bytes_[32];
};

void PutCobs(Cursor at, Gather& out) {
  for (;;) {
    // Look ahead to the next zero, at most a full block, then send the block's code and its bytes.
    Cursor ahead = at;
    size_t run = 0;
    while (run < kMaxBlock && !ahead.AtEnd() && ahead.Get() != 0) {
      ++run;
      ahead.Next();
    }
    out.Put(static_cast<uint8_t>(run + 1));
    for (size_t i = 0; i < run; ++i) {
      out.Put(at.Get());
      at.Next();
    }
    if (at.AtEnd()) return;
    // A shorter block stands for the zero after it, too; a full one does not.
    if (run < kMaxBlock) at.Next();
  }
}

}  // namespace

void SendSpans(WriteFn write, uint8_t type, uint16_t seq, Span* spans, size_t count) {
  const uint8_t header[kHEADER_BYTES] = {kPROTOCOL_VERSION, type, static_cast<uint8_t>(seq),
                                         static_cast<uint8_t>(seq >> 8)};
  uint8_t trailer[kCRC_BYTES];
  spans[0] = {header, sizeof(header)};
  uint32_t crc = 0;
  for (size_t i = 0; i + 1 < count; ++i) crc = Crc32(spans[i].data, spans[i].size, crc);
  WriteU32(trailer, crc);
  spans[count - 1] = {trailer, sizeof(trailer)};

  Gather out(write);
  out.Put(0);
  PutCobs(Cursor(spans, count), out);
  out.Put(0);
  out.Put(0);
  out.Flush();
}

}  // namespace wire
