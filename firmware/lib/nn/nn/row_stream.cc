// What surrounds the kernels runs once a piece.
#pragma GCC optimize("Os")

#include "nn/row_stream.h"

#include <cstring>

namespace nn {
namespace {

int32_t AtMost(int32_t value, int32_t most) { return value < most ? value : most; }
int32_t AtLeast(int32_t value, int32_t least) { return value > least ? value : least; }

// Rows are counted in the order in which they are made, so from the bottom up where that is so.
class Walk {
 public:
  Walk(const RowStream& stream, bool goes_up, uint8_t* arena)
      : stream_(stream), goes_up_(goes_up), arena_(arena) {
    bool is_made[kMaxStreamTensors] = {};
    for (uint32_t i = 0; i < stream.op_count; ++i) {
      is_made[stream.ops[i].output] = true;
    }
    for (uint32_t t = 0; t < stream.tensor_count; ++t) {
      held_[t].first = 0;
      held_[t].end = is_made[t] ? uint16_t{0} : stream.tensors[t].rows;
    }
  }

  // What each op has to have made when the last one has made `rows`.
  void Want(int32_t rows) {
    for (uint32_t t = 0; t < stream_.tensor_count; ++t) {
      held_[t].wanted = 0;
    }
    held_[Op(stream_.op_count - 1u).output].wanted = static_cast<uint16_t>(rows);
    for (uint32_t i = stream_.op_count; i-- > 0;) {
      const StreamOp& op = Op(i);
      if (held_[op.output].wanted > 0) {
        for (const uint8_t input : op.inputs) {
          const int32_t end = ReadEnd(op, held_[op.output].wanted);
          held_[input].wanted = static_cast<uint16_t>(AtLeast(held_[input].wanted, end));
        }
      }
    }
  }

  // The op's rows that are wanted and not yet made; false if there are none.
  bool Next(uint32_t i, StreamPiece* piece) {
    const StreamOp& op = Op(i);
    const StreamTensor& made = stream_.tensors[op.output];
    Held& out = held_[op.output];
    const int32_t count = out.wanted - out.end;
    if (count <= 0) {
      return false;
    }
    const int32_t first = goes_up_ ? made.rows - out.wanted : out.end;  // from the top
    int8_t* const at = MakeRoom(op.output, first, count);
    piece->elements = static_cast<uint32_t>(count) * made.row_bytes;
    piece->output = at;
    int32_t in_first = first;
    if (op.windows != nullptr) {
      const int32_t top = first * op.windows->stride_h - op.windows->pad_top;
      in_first = AtLeast(top, 0);
      piece->params = *op.windows;
      piece->params.out_h = static_cast<uint16_t>(count);
      piece->params.in_h = static_cast<uint16_t>(op.windows->in_h - in_first);
      piece->params.pad_top = static_cast<int16_t>(in_first - top);
    } else {
      const uint32_t one_axis[] = {1, piece->elements, 1, 1};
      std::memcpy(piece->one_axis, one_axis, sizeof(one_axis));
    }
    for (uint32_t k = 0; k < 2; ++k) {
      piece->inputs[k] = RowAt(op.inputs[k], in_first);
    }
    out.end = out.wanted;
    return true;
  }

 private:
  // Rows [first, end) are in memory, of which [0, end) were made.
  struct Held {
    uint16_t first, end, wanted;
  };

  const StreamOp& Op(uint32_t i) const { return stream_.ops[i]; }

  // What lies before the first row in the order in which rows are made; may be negative.
  int32_t PadBefore(const ConvParams& p) const {
    const int32_t reach = (p.kernel_h - 1) * p.dilation_h + 1;
    return goes_up_ ? (p.out_h - 1) * p.stride_h + reach - p.in_h - p.pad_top : p.pad_top;
  }

  // The input rows that output row `row` and all after it read start here.
  int32_t ReadFirst(const StreamOp& op, int32_t row) const {
    if (op.windows == nullptr) {
      return row;
    }
    return AtLeast(row * op.windows->stride_h - PadBefore(*op.windows), 0);
  }

  // Those that the first `rows` output rows read end here.
  int32_t ReadEnd(const StreamOp& op, int32_t rows) const {
    if (op.windows == nullptr) {
      return rows;
    }
    const ConvParams& p = *op.windows;
    const int32_t reach = (p.kernel_h - 1) * p.dilation_h + 1;
    return AtMost((rows - 1) * p.stride_h - PadBefore(p) + reach, p.in_h);
  }

  // Where `count` more rows go, the topmost of which is `first`. Rows that are still read move.
  int8_t* MakeRoom(uint32_t tensor, int32_t first, int32_t count) {
    const StreamTensor& t = stream_.tensors[tensor];
    int8_t* const start = Start(t);
    if (t.is_whole) {
      return start + first * static_cast<int32_t>(t.row_bytes);
    }
    Held& held = held_[tensor];
    int32_t kept_from = held.end;
    for (uint32_t i = 0; i < stream_.op_count; ++i) {
      const StreamOp& op = Op(i);
      if (op.inputs[0] == tensor || op.inputs[1] == tensor) {
        kept_from = AtMost(kept_from, ReadFirst(op, held_[op.output].end));
      }
    }
    const uint32_t kept = static_cast<uint32_t>(held.end - kept_from) * t.row_bytes;
    const int32_t row_bytes = static_cast<int32_t>(t.row_bytes);
    int8_t* at = start;
    if (goes_up_) {
      std::memmove(start + count * row_bytes, start, kept);
    } else {
      std::memmove(start, start + (kept_from - held.first) * row_bytes, kept);
      at += kept;
    }
    held.first = static_cast<uint16_t>(kept_from);
    return at;
  }

  // Row `row` from the top.
  const int8_t* RowAt(uint32_t tensor, int32_t row) const {
    const StreamTensor& t = stream_.tensors[tensor];
    const Held& held = held_[tensor];
    int32_t top = 0;
    if (!t.is_whole) {
      top = goes_up_ ? t.rows - held.end : held.first;
    }
    return Start(t) + (row - top) * static_cast<int32_t>(t.row_bytes);
  }

  int8_t* Start(const StreamTensor& t) const {
    return reinterpret_cast<int8_t*>(arena_ + t.offset);
  }

  const RowStream& stream_;
  const bool goes_up_;
  uint8_t* const arena_;
  Held held_[kMaxStreamTensors];
};

}  // namespace

void RunRowStream(const RowStream& stream, int32_t rows, uint8_t* arena, ComputePiece compute) {
  const bool goes_up = rows < 0;
  const int32_t step = goes_up ? -rows : rows;
  const int32_t height = stream.tensors[stream.ops[stream.op_count - 1].output].rows;
  Walk walk(stream, goes_up, arena);
  for (int32_t done = 0; done < height;) {
    done = AtMost(done + step, height);
    walk.Want(done);
    for (uint32_t op = 0; op < stream.op_count; ++op) {
      StreamPiece piece;
      if (walk.Next(op, &piece)) {
        compute(op, piece, arena);
      }
    }
  }
}

}  // namespace nn
