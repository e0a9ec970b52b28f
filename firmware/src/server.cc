#include "server.h"

#include "board.h"
#include "console.h"
#include "info.h"
#include "inspect.h"
#include "line.h"
#include "model.h"
#include "model_info.h"
#include "rate.h"
#include "self_test.h"
#include "smoothing.h"
#include "wire/bytes.h"
#include "wire/frame.h"

namespace server {
namespace {

using wire::Command;
using wire::Decoder;
using wire::Error;
using wire::Frame;
using wire::Span;

constexpr size_t kInferPayload = 1 + mcuforge::kInputBytes;  // format, input
constexpr size_t kBaudPayload = 4;
constexpr size_t kMaxPayload = kInferPayload + inspect::kPeekArgumentBytes;

// The only frame buffer: requests are decoded into it, replies are streamed out from where their
// parts are.
uint8_t g_body[wire::BodyBytes(kMaxPayload)];
wire::Stats g_stats;
wire::Setup g_setup;
smoothing::Smoother<mcuforge::kOutputBytes> g_stream;

// An INFER or STREAM_FRAME that was answered, kept in case that its reply is lost and the request
// repeated.
struct Result {
  uint16_t seq;    // 0: none
  uint8_t chosen;  // class predicted or detected
  uint32_t crc;    // of the request
  uint32_t ticks;
  int8_t scores[mcuforge::kOutputBytes];  // of a STREAM_FRAME: their means
};

constexpr size_t Smallest(size_t a, size_t b, size_t c) {
  const size_t smaller = a < b ? a : b;
  return smaller < c ? smaller : c;
}

// Besides the request being served, the UART's ring has to hold all that is on the way. The results
// kept, one for each, take no more memory than the ring; and a longer window gains nothing.
constexpr size_t kMostWaiting = 7;
constexpr size_t kUartBufferBytes = MCUFORGE_UART_BUFFER_BYTES;
constexpr size_t kWaiting = Smallest(kUartBufferBytes / wire::LineBytes(sizeof(g_body)),
                                     kUartBufferBytes / sizeof(Result), kMostWaiting);
constexpr size_t kWindow = 1 + kWaiting;

Result g_results[kWindow];

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

void ReplyScores(Command command, const Result& result) {
  uint8_t head[5] = {result.chosen};
  wire::WriteU32(head + 1, result.ticks);
  const Span payload[] = {{head, sizeof(head)},
                          {reinterpret_cast<const uint8_t*>(result.scores), sizeof(result.scores)}};
  line::Reply(command, payload);
}

const Result* FindResult(const Frame& request) {
  if (request.seq == 0) return nullptr;
  for (const Result& result : g_results) {
    if (result.seq == request.seq && result.crc == request.crc) return &result;
  }
  return nullptr;
}

// The result that makes room for that of request `seq`: the one furthest behind it. The host's
// window slides with its oldest unanswered request, so no repeat can ask for that one any more.
// Requests up to a window ahead may have been served before this one; they are not behind.
Result& Replaceable(uint16_t seq) {
  Result* chosen = g_results;
  uint16_t furthest = 0;
  for (Result& result : g_results) {
    if (result.seq == 0) return result;
    const uint16_t behind = static_cast<uint16_t>(seq - result.seq + kWindow);
    if (behind > furthest) {
      furthest = behind;
      chosen = &result;
    }
  }
  return *chosen;
}

// Format and input at the end of a request that runs the model; empty if it is too short.
Span Input(Command command, Span payload) {
  const size_t skipped = command == Command::PEEK ? inspect::kPeekArgumentBytes : 0;
  if (payload.size < skipped) return {};
  return {payload.data + skipped, payload.size - skipped};
}

// Fills the model's input from format and values, the payload of INFER and the end of others'.
// False if the values are not what their format promises.
bool SetInput(Span input) {
  const Span values = {input.data + 1, input.size - 1};
  switch (static_cast<wire::Format>(input.data[0])) {
    case wire::Format::PIXELS_U8:
      model::SetPixels(values.data);
      return true;
    case wire::Format::RAW_S8:
      model::SetRaw(values.data);
      return true;
    case wire::Format::PACKED_U8:
      return model::SetPacked(values);
  }
  return false;
}

// INFER and STREAM_FRAME.
void Infer(const Frame& frame, Command command) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  if (const Result* answered = FindResult(frame)) {
    ++g_stats.repeats;
    return ReplyScores(command, *answered);
  }
  if (!SetInput(frame.payload)) return Refuse(Error::BAD_VALUE, frame.type);
  Result& result = Replaceable(frame.seq);
  result.seq = 0;
  if (!model::Run(&result.ticks)) {
    return Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
  }
  ++g_stats.inferences;
  result.seq = frame.seq;
  result.crc = frame.crc;
  if (command == Command::STREAM_FRAME) {
    result.chosen = g_stream.Take(model::Scores(), result.scores);
  } else {
    result.chosen = model::Predicted();
    for (size_t i = 0; i < mcuforge::kOutputBytes; ++i) result.scores[i] = model::Scores()[i];
  }
  ReplyScores(command, result);
}

// PROFILE and PEEK. The results that are kept do not live in the tensors, so they stay.
void Inspect(const Frame& frame, Command command) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  const uint8_t* arguments = frame.payload.data;
  if ((command == Command::PEEK && !inspect::IsValidPeek(arguments)) ||
      !SetInput(Input(command, frame.payload))) {
    return Refuse(Error::BAD_VALUE, frame.type);
  }
  model::Reset();
  ++g_stats.inferences;
  const bool answered = command == Command::PEEK ? inspect::Peek(arguments) : inspect::Profile();
  if (!answered) Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
}

void SelfTest(const Frame& frame) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  const self_test::Result result = self_test::Run();
  g_stats.inferences += result.ran;
  if (result.invoke_failed) return Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
  const uint8_t counts[] = {self_test::kVectors, result.passed};
  const Span payload[] = {{counts, sizeof(counts)}};
  line::Reply(Command::SELF_TEST, payload);
}

void Stream(const Frame& frame) {
  const uint8_t* arguments = frame.payload.data;
  const smoothing::Parameters parameters = {arguments[0], static_cast<int8_t>(arguments[1]),
                                            arguments[2]};
  if (!smoothing::IsValid(parameters)) return Refuse(Error::BAD_VALUE, frame.type);
  g_stream.Start(parameters);
  const Span payload[] = {Span{}};
  line::Reply(Command::STREAM, payload);
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

void Baud(const Frame& frame) {
  const uint32_t baud = wire::ReadU32(frame.payload.data);
  if (!rate::IsAllowed(baud)) return Refuse(Error::BAD_VALUE, frame.type);
  line::Reply(Command::BAUD, {{frame.payload.data, kBaudPayload}});
  rate::Set(baud);
}

// True if a request of this kind may have a payload of this size.
bool HasLength(Command command, Span payload) {
  switch (command) {
    case Command::INFO:
    case Command::STATS:
    case Command::SELF_TEST:
      return payload.size == 0;
    case Command::BAUD:
      return payload.size == kBaudPayload;
    case Command::STREAM:
      return payload.size == 3;  // frames, threshold, refractory
    default:
      break;
  }
  const Span input = Input(command, payload);
  // Runs are of any length: what they hold shows when they are unpacked.
  const uint8_t packed = static_cast<uint8_t>(wire::Format::PACKED_U8);
  return input.size == kInferPayload || (input.size > 0 && input.data[0] == packed);
}

void Serve(const Frame& frame) {
  ++g_stats.frames_ok;
  rate::Heard();
  line::g_seq = frame.seq;
  if (frame.version != wire::kPROTOCOL_VERSION) return Refuse(Error::BAD_VERSION, frame.type);

  const Command command = static_cast<Command>(frame.type);
  switch (command) {
    case Command::INFO:
    case Command::INFER:
    case Command::STATS:
    case Command::PROFILE:
    case Command::PEEK:
    case Command::BAUD:
    case Command::STREAM:
    case Command::STREAM_FRAME:
    case Command::SELF_TEST:
      break;
    default:
      ++g_stats.unknown_commands;
      return Refuse(Error::UNKNOWN_COMMAND, frame.type);
  }
  if (!HasLength(command, frame.payload)) {
    ++g_stats.length_errors;
    return Refuse(Error::BAD_LENGTH, frame.type);
  }
  switch (command) {
    case Command::INFO:
      return info::Reply(g_setup, g_setup == wire::Setup::READY ? Span{} : console::Kept(),
                         static_cast<uint8_t>(kWindow), kMaxPayload);
    case Command::INFER:
    case Command::STREAM_FRAME:
      return Infer(frame, command);
    case Command::STREAM:
      return Stream(frame);
    case Command::SELF_TEST:
      return SelfTest(frame);
    case Command::STATS:
      return Stats();
    case Command::BAUD:
      return Baud(frame);
    case Command::PROFILE:
    case Command::PEEK:
      return Inspect(frame, command);
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
  g_stream.Start({1, INT8_MIN, 0});
  Decoder decoder(g_body, sizeof(g_body));
  for (;;) {
    uint8_t bytes[32];
    const size_t count = board::UartRead(bytes, sizeof(bytes));
    if (!rate::Watch(count > 0) && count == 0) board::Idle();
    for (size_t i = 0; i < count; ++i) Take(decoder.Push(bytes[i]), decoder);
  }
}

}  // namespace server
