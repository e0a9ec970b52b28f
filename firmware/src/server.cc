#include "server.h"

#include "board.h"
#include "console.h"
#include "info.h"
#include "input.h"
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

constexpr size_t kBaudPayload = 4;
constexpr size_t kMaxPayload = input::kMaxBytes + inspect::kPeekArgumentBytes;

// The only frame buffer: requests are decoded into it, replies are streamed out from where their
// parts are.
uint8_t g_body[wire::BodyBytes(kMaxPayload)];
wire::Stats g_stats;
wire::Setup g_setup;
smoothing::Smoother<mcuforge::kOutputBytes> g_stream;

// An inference of INFER, BATCH or STREAM_FRAME that was answered, kept in case that its reply is
// lost and the request repeated.
struct Result {
  uint32_t crc;  // of the request
  uint16_t seq;
  uint8_t number;                             // of the input in its request, from 1; 0: none kept
  uint8_t reply[5 + mcuforge::kOutputBytes];  // class, ticks, scores; a STREAM_FRAME's are means
};

constexpr size_t Smallest(size_t a, size_t b, size_t c) {
  const size_t smaller = a < b ? a : b;
  return smaller < c ? smaller : c;
}

// As many inputs as a frame usually has room for when they are packed.
constexpr size_t kBatch = 4;

// Besides the request being served, the UART's ring has to hold all that is on the way. The results
// kept, of a batch for each, take no more memory than the ring; and a longer window gains nothing.
constexpr size_t kMostWaiting = 7;
constexpr size_t kUartBufferBytes = MCUFORGE_UART_BUFFER_BYTES;
constexpr size_t kWaiting = Smallest(kUartBufferBytes / wire::LineBytes(sizeof(g_body)),
                                     kUartBufferBytes / (kBatch * sizeof(Result)), kMostWaiting);
constexpr size_t kWindow = 1 + kWaiting;

Result g_results[kWindow * kBatch];

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

// The inputs of a request that runs the model.
struct Inputs {
  Span inputs[kBatch];
  size_t count;  // 0 if the payload is no such request
};

Inputs Split(Command command, Span payload) {
  Inputs split = {};
  if (command != Command::BATCH) {
    const size_t skipped = command == Command::PEEK ? inspect::kPeekArgumentBytes : 0;
    if (payload.size < skipped) return split;
    split.inputs[split.count++] = {payload.data + skipped, payload.size - skipped};
  }
  const uint8_t* at = payload.data;
  const uint8_t* const end = at + payload.size;
  while (command == Command::BATCH && at != end) {
    if (split.count == kBatch || end - at < 2) return {};
    const size_t size = wire::ReadU16(at);
    at += 2;
    if (static_cast<size_t>(end - at) < size) return {};
    split.inputs[split.count++] = {at, size};
    at += size;
  }
  for (size_t i = 0; i < split.count; ++i) {
    if (!input::HasLength(split.inputs[i])) return {};
  }
  return split;
}

const Result* FindResult(const Frame& request, size_t number) {
  if (request.seq == 0) return nullptr;
  for (const Result& result : g_results) {
    if (result.seq == request.seq && result.crc == request.crc && result.number == number) {
      return &result;
    }
  }
  return nullptr;
}

// The result that makes room for one of request `seq`: the one furthest behind it. The host's
// window slides with its oldest unanswered request, so no repeat can ask for that one any more.
// Requests up to a window ahead may have been served before this one; they are not behind.
Result& Replaceable(uint16_t seq) {
  Result* chosen = g_results;
  uint16_t furthest = 0;
  for (Result& result : g_results) {
    if (result.number == 0) return result;
    const uint16_t behind = static_cast<uint16_t>(seq - result.seq + kWindow);
    if (behind > furthest) {
      furthest = behind;
      chosen = &result;
    }
  }
  return *chosen;
}

// INFER, BATCH and STREAM_FRAME.
void Infer(const Frame& frame, Command command, const Inputs& split) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  Span replies[kBatch] = {};
  bool repeated = true;
  for (size_t i = 0; i < split.count && repeated; ++i) {
    const Result* answered = FindResult(frame, i + 1);
    repeated = answered != nullptr;
    if (repeated) replies[i] = {answered->reply, sizeof(answered->reply)};
  }
  g_stats.repeats += repeated;
  for (size_t i = 0; i < split.count && !repeated; ++i) {
    if (!input::Set(split.inputs[i])) return Refuse(Error::BAD_VALUE, frame.type);
    uint32_t ticks;
    if (!model::Run(&ticks)) return Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
    ++g_stats.inferences;
    Result& result = Replaceable(frame.seq);
    result.seq = frame.seq;
    result.crc = frame.crc;
    result.number = static_cast<uint8_t>(i + 1);
    int8_t* scores = reinterpret_cast<int8_t*>(wire::WriteU32(result.reply + 1, ticks));
    if (command == Command::STREAM_FRAME) {
      result.reply[0] = g_stream.Take(model::Scores(), scores);
    } else {
      result.reply[0] = model::Predicted();
      for (size_t k = 0; k < mcuforge::kOutputBytes; ++k) scores[k] = model::Scores()[k];
    }
    replies[i] = {result.reply, sizeof(result.reply)};
  }
  line::Reply(command, replies);
}

void Load(const Frame& frame) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  if (!input::Load(frame.payload)) return Refuse(Error::BAD_VALUE, frame.type);
  uint8_t bytes[4];
  wire::WriteU32(bytes, static_cast<uint32_t>(model::Loaded()));
  const Span payload[] = {{bytes, sizeof(bytes)}};
  line::Reply(Command::LOAD, payload);
}

// Those that are not inlined have buffers that would else lie below every inference on the stack.

// PROFILE and PEEK. The results that are kept do not live in the tensors, so they stay.
[[gnu::noinline]] void Inspect(const Frame& frame, Command command, const Inputs& split) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  const uint8_t* arguments = frame.payload.data;
  if ((command == Command::PEEK && !inspect::IsValidPeek(arguments)) ||
      !input::Set(split.inputs[0])) {
    return Refuse(Error::BAD_VALUE, frame.type);
  }
  model::Reset();
  ++g_stats.inferences;
  const bool answered = command == Command::PEEK ? inspect::Peek(arguments) : inspect::Profile();
  if (!answered) Refuse(Error::INVOKE_FAILED, frame.type, console::Kept());
}

self_test::Result RunSelfTest() {
  const self_test::Result result = self_test::Run();
  g_stats.inferences += result.ran;
  return result;
}

void SelfTest(const Frame& frame) {
  if (g_setup != wire::Setup::READY) return Refuse(Error::NOT_READY, frame.type, console::Kept());
  const self_test::Result result = RunSelfTest();
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

[[gnu::noinline]] void Stats() {
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

// True if a request of this kind, other than one that runs the model, may have a payload of this
// size.
bool HasLength(Command command, size_t size) {
  switch (command) {
    case Command::BAUD:
      return size == kBaudPayload;
    case Command::STREAM:
      return size == 3;  // frames, threshold, refractory
    case Command::LOAD:
      return size > input::kLoadHeadBytes;
    default:
      return size == 0;
  }
}

void Serve(const Frame& frame) {
  ++g_stats.frames_ok;
  rate::Heard();
  line::g_seq = frame.seq;
  if (frame.version != wire::kPROTOCOL_VERSION) return Refuse(Error::BAD_VERSION, frame.type);

  const Command command = static_cast<Command>(frame.type);
  Inputs split = {};
  bool has_length = false;
  switch (command) {
    case Command::INFER:
    case Command::BATCH:
    case Command::STREAM_FRAME:
    case Command::PROFILE:
    case Command::PEEK:
      split = Split(command, frame.payload);
      has_length = split.count > 0;
      break;
    case Command::INFO:
    case Command::STATS:
    case Command::BAUD:
    case Command::STREAM:
    case Command::SELF_TEST:
    case Command::LOAD:
      has_length = HasLength(command, frame.payload.size);
      break;
    default:
      ++g_stats.unknown_commands;
      return Refuse(Error::UNKNOWN_COMMAND, frame.type);
  }
  if (!has_length) {
    ++g_stats.length_errors;
    return Refuse(Error::BAD_LENGTH, frame.type);
  }
  switch (command) {
    case Command::INFO:
      return info::Reply(g_setup, g_setup == wire::Setup::READY ? Span{} : console::Kept(),
                         static_cast<uint8_t>(kWindow), kMaxPayload, kBatch);
    case Command::INFER:
    case Command::BATCH:
    case Command::STREAM_FRAME:
      return Infer(frame, command, split);
    case Command::LOAD:
      return Load(frame);
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
      return Inspect(frame, command, split);
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
  if (setup == wire::Setup::READY && self_test::IsDueAtBoot()) self_test::Print(RunSelfTest());
  Decoder decoder(g_body, sizeof(g_body));
  for (;;) {
    uint8_t bytes[32];
    const size_t count = board::UartRead(bytes, sizeof(bytes));
    if (!rate::Watch(count > 0) && count == 0) board::Idle();
    for (size_t i = 0; i < count; ++i) Take(decoder.Push(bytes[i]), decoder);
  }
}

}  // namespace server
