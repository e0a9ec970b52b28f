#include "server.h"

#include "board.h"
#include "console.h"
#include "engine.h"
#include "front_end.h"
#include "info.h"
#include "input.h"
#include "inspect.h"
#include "line.h"
#include "model.h"
#include "model_info.h"
#include "rate.h"
#include "self_test.h"
#include "smoothing.h"
#include "tensors.h"
#include "wire/bytes.h"
#include "wire/frame.h"

namespace server {
namespace {

using wire::Command;
using wire::Decoder;
using wire::Error;
using wire::Frame;
using wire::Span;

constexpr size_t kMaxPayload = input::kMaxBytes + inspect::kPeekArgumentBytes;

// The only frame buffer: requests are decoded into it, replies are streamed out from where their
// parts are.
uint8_t g_body[wire::BodyBytes(kMaxPayload)];
wire::Stats g_stats;
wire::Setup g_setup;

// What serves plain models, one sample a request, is compiled for others, too, and left out of
// their image; but no array is empty.
constexpr size_t kScores = mcuforge::kIsPlain ? mcuforge::kOutputBytes : 1;
smoothing::Smoother<kScores> g_stream;

// What a repeat has in common with the request. A sum besides the CRC-32, and of another kind: who
// makes other bytes with the same CRC-32 gets no other request's answer.
struct Fingerprint {
  uint32_t crc;
  uint32_t sum;  // FNV-1a of the payload
  uint16_t seq;
  uint16_t size;  // of the payload
};

Fingerprint Of(const Frame& request) {
  uint32_t sum = 0x811C9DC5;
  for (size_t i = 0; i < request.payload.size; ++i) {
    sum = (sum ^ request.payload.data[i]) * 0x01000193;
  }
  return {request.crc, sum, request.seq, static_cast<uint16_t>(request.payload.size)};
}

bool IsRepeat(const Fingerprint& a, const Fingerprint& b) {
  return a.seq != 0 && a.seq == b.seq && a.crc == b.crc && a.sum == b.sum && a.size == b.size;
}

// An inference of INFER, BATCH or STREAM_FRAME that was answered, kept in case that its reply is
// lost and the request repeated.
struct Result {
  Fingerprint request;
  uint8_t number;              // of the input in its request, from 1; 0: none kept
  uint8_t reply[5 + kScores];  // class, ticks, scores; a STREAM_FRAME's are means
};

// The last RUN, kept like that; its request's bytes are the CRC-32 of each input. Its outputs are
// still in the tensors, or it is not answered again.
struct LastRun {
  uint32_t inferences;  // of g_stats, after it: nothing ran since
  uint32_t ticks;
  uint16_t seq;
};
LastRun g_last_run;

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

// What a handler returns once it has sent its reply; else it returns the error.
constexpr Error kAnswered = {};

void Refuse(Error error, uint8_t request) {
  Span text = console::Kept();
  if (error != Error::NOT_READY && error != Error::INVOKE_FAILED) {
    const char* name = wire::ErrorName(error);
    text = {reinterpret_cast<const uint8_t*>(name), 0};
    while (name[text.size] != '\0') ++text.size;
  }
  const uint8_t head[] = {static_cast<uint8_t>(error), request};
  const Span payload[] = {{head, sizeof(head)}, text};
  line::Send(wire::Event::ERROR, payload);
}

bool IsReady() { return g_setup == wire::Setup::READY; }

// The inputs of a request that runs the model.
struct Inputs {
  Span inputs[kBatch];
  size_t count;  // 0 if the payload is no such request
};

Inputs Split(Command command, Span payload) {
  Inputs split = {};
  if (command != Command::BATCH) {
    const size_t skipped = command == Command::PEEK ? inspect::kPeekArgumentBytes : 0;
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

const Result* FindResult(const Fingerprint& request, size_t number) {
  for (const Result& result : g_results) {
    if (result.number == number && IsRepeat(request, result.request)) return &result;
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
    const uint16_t behind = static_cast<uint16_t>(seq - result.request.seq + kWindow);
    if (behind > furthest) {
      furthest = behind;
      chosen = &result;
    }
  }
  return *chosen;
}

// INFER, BATCH and STREAM_FRAME.
Error Infer(const Frame& frame) {
  const Command command = static_cast<Command>(frame.type);
  const Inputs split = Split(command, frame.payload);
  if (split.count == 0) return Error::BAD_LENGTH;
  if (!IsReady()) return Error::NOT_READY;
  const Fingerprint request = Of(frame);
  Span replies[kBatch] = {};
  bool repeated = true;
  for (size_t i = 0; i < split.count && repeated; ++i) {
    const Result* answered = FindResult(request, i + 1);
    repeated = answered != nullptr;
    if (repeated) replies[i] = {answered->reply, sizeof(answered->reply)};
  }
  g_stats.repeats += repeated;
  for (size_t i = 0; i < split.count && !repeated; ++i) {
    const bool is_loaded = split.inputs[i].data[0] == static_cast<uint8_t>(wire::Format::LOADED);
    if ((command == Command::BATCH && is_loaded) || !input::IsValid(split.inputs[i])) {
      return Error::BAD_VALUE;
    }
  }
  for (size_t i = 0; i < split.count && !repeated; ++i) {
    input::Set(split.inputs[i]);
    uint32_t ticks;
    if (!model::Run(&ticks)) return Error::INVOKE_FAILED;
    ++g_stats.inferences;
    Result& result = Replaceable(frame.seq);
    result.request = request;
    result.number = static_cast<uint8_t>(i + 1);
    int8_t* scores = reinterpret_cast<int8_t*>(wire::WriteU32(result.reply + 1, ticks));
    if (command == Command::STREAM_FRAME) {
      result.reply[0] = g_stream.Take(model::Scores(), scores);
    } else {
      result.reply[0] = model::Predicted();
      for (size_t k = 0; k < kScores; ++k) scores[k] = model::Scores()[k];
    }
    replies[i] = {result.reply, sizeof(result.reply)};
  }
  line::Reply(command, replies);
  return kAnswered;
}

// PROFILE and PEEK. The results that are kept do not live in the tensors, so they stay.
Error Inspect(const Frame& frame) {
  const Command command = static_cast<Command>(frame.type);
  const Inputs split = Split(command, frame.payload);
  if (split.count == 0) return Error::BAD_LENGTH;
  if (!IsReady()) return Error::NOT_READY;
  const uint8_t* arguments = frame.payload.data;
  if (command == Command::PEEK && !inspect::IsValidPeek(arguments)) return Error::BAD_VALUE;
  if (!input::IsValid(split.inputs[0])) return Error::BAD_VALUE;
  input::Set(split.inputs[0]);
  engine::Reset();
  ++g_stats.inferences;
  const bool answered = command == Command::PEEK ? inspect::Peek(arguments) : inspect::Profile();
  return answered ? kAnswered : Error::INVOKE_FAILED;
}

self_test::Result RunSelfTest() {
  const self_test::Result result = self_test::Run();
  g_stats.inferences += result.ran;
  return result;
}

Error SelfTest(const Frame&) {
  if (!IsReady()) return Error::NOT_READY;
  const self_test::Result result = RunSelfTest();
  if (result.invoke_failed) return Error::INVOKE_FAILED;
  const uint8_t counts[] = {self_test::kVectors, result.passed};
  const Span payload[] = {{counts, sizeof(counts)}};
  line::Reply(Command::SELF_TEST, payload);
  return kAnswered;
}

Error Stream(const Frame& frame) {
  const uint8_t* arguments = frame.payload.data;
  const smoothing::Parameters parameters = {arguments[0], static_cast<int8_t>(arguments[1]),
                                            arguments[2]};
  if (!smoothing::IsValid(parameters)) return Error::BAD_VALUE;
  g_stream.Start(parameters);
  const Span payload[] = {Span{}};
  line::Reply(Command::STREAM, payload);
  return kAnswered;
}

using Handler = Error (*)(const Frame& frame);

// In place of what serves plain models alone.
Error RefuseModel(const Frame&) { return IsReady() ? Error::OTHER_MODEL : Error::NOT_READY; }

constexpr Handler OfPlain(Handler handler) { return mcuforge::kIsPlain ? handler : RefuseModel; }

// What serves each command, under the command's name. The length is as ids.def states.
namespace handlers {

Error INFO(const Frame&) {
  info::Reply(g_setup, IsReady() ? Span{} : console::Kept(), static_cast<uint8_t>(kWindow),
              kMaxPayload, kBatch);
  return kAnswered;
}

constexpr Handler INFER = OfPlain(Infer);
constexpr Handler BATCH = OfPlain(Infer);
constexpr Handler STREAM = OfPlain(Stream);
constexpr Handler STREAM_FRAME = OfPlain(Infer);
constexpr Handler SELF_TEST = SelfTest;
constexpr Handler PROFILE = Inspect;
constexpr Handler PEEK = Inspect;

Error LOAD(const Frame& frame) {
  if (!IsReady()) return Error::NOT_READY;
  if (!input::Load(frame.payload)) return Error::BAD_VALUE;
  uint8_t bytes[mcuforge::kSampleBytes > 0 ? 8 : 4];
  uint8_t* const end =
      wire::WriteU32(bytes, static_cast<uint32_t>(model::Loaded(frame.payload.data[0])));
  if constexpr (mcuforge::kSampleBytes > 0) wire::WriteU32(end, front_end::Ticks());
  const Span payload[] = {{bytes, sizeof(bytes)}};
  line::Reply(Command::LOAD, payload);
  return kAnswered;
}

Error TENSOR(const Frame& frame) {
  if (!IsReady()) return Error::NOT_READY;
  return tensors::Describe(frame.payload.data) ? kAnswered : Error::BAD_VALUE;
}

Error RUN(const Frame& frame) {
  if (frame.payload.size != input::kCrcsBytes) return Error::BAD_LENGTH;
  if (!IsReady()) return Error::NOT_READY;
  const bool repeated = frame.seq != 0 && frame.seq == g_last_run.seq &&
                        input::HaveCrcs(frame.payload.data) &&
                        g_stats.inferences == g_last_run.inferences && model::HasOutputs();
  g_stats.repeats += repeated;
  if (!repeated) {
    if (!input::AreLoaded(frame.payload.data)) return Error::BAD_VALUE;
    uint32_t ticks;
    if (!model::Run(&ticks)) return Error::INVOKE_FAILED;
    g_last_run = {++g_stats.inferences, ticks, frame.seq};
  }
  tensors::ReplyToRun(g_last_run.ticks);
  return kAnswered;
}

Error READ(const Frame& frame) {
  if (!IsReady()) return Error::NOT_READY;
  return tensors::Read(frame.payload.data) ? kAnswered : Error::BAD_VALUE;
}

Error RESET(const Frame&) {
  if (!IsReady()) return Error::NOT_READY;
  engine::Reset();
  const Span payload[] = {Span{}};
  line::Reply(Command::RESET, payload);
  return kAnswered;
}

Error STATS(const Frame&) {
  g_stats.uart_overruns = board::UartOverruns();
  g_stats.stack_high_water_bytes = board::StackHighWaterBytes();
  uint8_t bytes[sizeof(g_stats)];
  uint8_t* at = bytes;
#define WIRE_STAT(name, value, text) at = wire::WriteU32(at, g_stats.name);
#include "wire/ids.def"
  const Span payload[] = {{bytes, sizeof(bytes)}};
  line::Reply(Command::STATS, payload);
  return kAnswered;
}

Error BAUD(const Frame& frame) {
  const uint32_t baud = wire::ReadU32(frame.payload.data);
  if (!rate::IsAllowed(baud)) return Error::BAD_VALUE;
  line::Reply(Command::BAUD, {frame.payload});
  rate::Set(baud);
  return kAnswered;
}

}  // namespace handlers

struct Row {
  uint8_t type;
  uint8_t least_bytes;  // of the payload
  uint8_t most_bytes;
  Handler handle;
};

constexpr Row kCommands[] = {
#define WIRE_COMMAND(name, value, least, most, text) {value, least, most, handlers::name},
#include "wire/ids.def"
};

Error Answer(const Frame& frame) {
  if (frame.version != wire::kPROTOCOL_VERSION) return Error::BAD_VERSION;
  for (const Row& row : kCommands) {
    if (row.type != frame.type) continue;
    const size_t size = frame.payload.size;
    if (size < row.least_bytes || (size > row.most_bytes && row.most_bytes != wire::kNO_LIMIT)) {
      return Error::BAD_LENGTH;
    }
    return row.handle(frame);
  }
  return Error::UNKNOWN_COMMAND;
}

void Serve(const Frame& frame) {
  ++g_stats.frames_ok;
  rate::Heard();
  line::g_seq = frame.seq;
  const Error error = Answer(frame);
  if (error == kAnswered) return;
  g_stats.length_errors += error == Error::BAD_LENGTH;
  g_stats.unknown_commands += error == Error::UNKNOWN_COMMAND;
  Refuse(error, frame.type);
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
  if (IsReady() && self_test::IsDueAtBoot()) self_test::Print(RunSelfTest());
  Decoder decoder(g_body, sizeof(g_body));
  for (;;) {
    uint8_t bytes[32];
    const size_t count = board::UartRead(bytes, sizeof(bytes));
    if (!rate::Watch(count > 0) && count == 0) board::Idle();
    for (size_t i = 0; i < count; ++i) Take(decoder.Push(bytes[i]), decoder);
  }
}

}  // namespace server
