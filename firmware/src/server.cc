#include "server.h"

#include "board.h"
#include "console.h"
#include "info.h"
#include "line.h"
#include "model.h"
#include "model_info.h"
#include "wire/bytes.h"
#include "wire/frame.h"

namespace server {
namespace {

using wire::Command;
using wire::Decoder;
using wire::Error;
using wire::Frame;
using wire::Span;

constexpr size_t kMaxPayload = 1 + mcuforge::kInputBytes;  // INFER: format, input

// The only frame buffer: requests are decoded into it, replies are streamed out from where their
// parts are.
uint8_t g_body[wire::BodyBytes(kMaxPayload)];
wire::Stats g_stats;
wire::Setup g_setup;

// The INFER answered last. Its scores are still in the output tensor.
struct {
  bool valid;
  uint16_t seq;
  uint32_t crc;
  uint32_t ticks;
} g_last;

void Refuse(Error error, uint8_t request, Span text) {
  const uint8_t head[] = {static_cast<uint8_t>(error), request};
  const Span payload[] = {{head, sizeof(head)}, text};
  line::Send(wire::Event::ERROR, payload);
}

void Refuse(Error error, uint8_t request) {
  const char* name = wire::ErrorName(error);
  size_t size = 0;
  while (name[size] != '\0') ++size;
  Refuse(error, request, {reinterpret_cast<const uint8_t*>(name), size});
}

void ReplyScores() {
  uint8_t head[5] = {model::Predicted()};
  wire::WriteU32(head + 1, g_last.ticks);
  const Span payload[] = {
      {head, sizeof(head)},
      {reinterpret_cast<const uint8_t*>(model::Scores()), mcuforge::kOutputBytes}};
  line::Reply(Command::INFER, payload);
}

void Infer(const Frame& frame) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  if (g_last.valid && g_last.seq == frame.seq && g_last.crc == frame.crc) {
    ++g_stats.repeats;
    return ReplyScores();
  }
  const uint8_t* input = frame.payload.data + 1;
  switch (static_cast<wire::Format>(frame.payload.data[0])) {
    case wire::Format::PIXELS_U8:
      g_last.valid = false;  // the input may share memory with the scores of the last one
      model::SetPixels(input);
      break;
    case wire::Format::RAW_S8:
      g_last.valid = false;
      model::SetRaw(input);
      break;
    default:
      return Refuse(Error::BAD_VALUE, frame.type);
  }
  if (!model::Run(&g_last.ticks)) return Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
  ++g_stats.inferences;
  g_last.valid = true;
  g_last.seq = frame.seq;
  g_last.crc = frame.crc;
  ReplyScores();
}

void Stats() {
  g_stats.uart_overruns = board::UartOverruns();
  g_stats.stack_high_water_bytes = board::StackHighWaterBytes();
  uint8_t bytes[sizeof(g_stats)];
  uint8_t* at = bytes;
#define WIRE_STAT(name, value, text) at = wire::WriteU32(at, g_stats.name);
#include "wire/ids.def"
  const Span payload[] = {{bytes, sizeof(bytes)}};
  line::Reply(Command::STATS, payload);
}

void Serve(const Frame& frame) {
  ++g_stats.frames_ok;
  line::g_seq = frame.seq;
  if (frame.version != wire::kPROTOCOL_VERSION) return Refuse(Error::BAD_VERSION, frame.type);

  const Command command = static_cast<Command>(frame.type);
  size_t payload_size = 0;
  switch (command) {
    case Command::INFO:
    case Command::STATS:
      break;
    case Command::INFER:
      payload_size = kMaxPayload;
      break;
    default:
      ++g_stats.unknown_commands;
      return Refuse(Error::UNKNOWN_COMMAND, frame.type);
  }
  if (frame.payload.size != payload_size) {
    ++g_stats.length_errors;
    return Refuse(Error::BAD_LENGTH, frame.type);
  }
  switch (command) {
    case Command::INFO:
      return info::Reply(g_setup, g_setup == wire::Setup::READY ? Span{} : console::Kept(),
                         kMaxPayload);
    case Command::INFER:
      return Infer(frame);
    case Command::STATS:
      return Stats();
  }
}

void Take(Decoder::Result result, const Decoder& decoder) {
  switch (result) {
    case Decoder::Result::kNothing:
      return;
    case Decoder::Result::kFrame:
      Serve(decoder.frame());
      break;
    case Decoder::Result::kBadCrc:
      ++g_stats.crc_errors;
      Refuse(Error::BAD_CRC, 0);
      break;
    case Decoder::Result::kBadFrame:
      ++g_stats.cobs_errors;
      Refuse(Error::BAD_FRAME, 0);
      break;
    case Decoder::Result::kTooLong:
      ++g_stats.too_long;
      Refuse(Error::TOO_LONG, 0);
      break;
  }
  line::g_seq = 0;
}

}  // namespace

void Run(wire::Setup setup) {
  g_setup = setup;
  Decoder decoder(g_body, sizeof(g_body));
  for (;;) {
    uint8_t bytes[32];
    const size_t count = board::UartRead(bytes, sizeof(bytes));
    if (count == 0) board::Idle();
    for (size_t i = 0; i < count; ++i) Take(decoder.Push(bytes[i]), decoder);
  }
}

}  // namespace server
