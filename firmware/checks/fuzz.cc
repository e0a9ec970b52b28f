// Mutates models and feeds them to the runtime, under sanitizers. Each execution follows from its
// seed and the base models alone.
//
//   fuzz run <pack> <progress> <first seed> <count>    many executions; prints what they came to
//   fuzz dump <pack> <seed> <file>                     writes the model of one execution
//   fuzz mutants <pack> <first seed> <count> <file>    a pack of the models of many executions
//   fuzz one <model> <arena bytes>                     one execution of a model as it is
//
// A pack is base models, each behind its size (u32 little-endian). The progress file holds the seed
// (u64) of the execution that is under way, whatever ends the program.
//
// What counts as a find: a sanitizer's report, an op that touches arena bytes which are not its
// own, a refusal without a message, more than kLimitSeconds of processor time.

#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "all_ops.h"
#include "batch.h"
#include "op_watch.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

#if !defined(__SANITIZE_ADDRESS__)
#error "build this with -fsanitize=address,undefined"
#endif
#include <sanitizer/asan_interface.h>

namespace checks {

void AllowOnly(uint8_t* arena, uint32_t from, uint32_t arena_bytes, const Range* ranges,
               uint32_t count) {
  if (from < arena_bytes) {
    ASAN_POISON_MEMORY_REGION(arena + from, arena_bytes - from);
  }
  for (uint32_t i = 0; i < count; ++i) {
    ASAN_UNPOISON_MEMORY_REGION(arena + ranges[i].begin, ranges[i].end - ranges[i].begin);
  }
}

void AllowAll(uint8_t* arena, uint32_t arena_bytes) {
  ASAN_UNPOISON_MEMORY_REGION(arena, arena_bytes);
}

}  // namespace checks

namespace {

// Generous: sanitized code is some 20 times slower, and a model may well compute for a while. No
// loop of the runtime runs longer than the product of two sizes that memory backs (outputs times
// filter or inputs), which in kMaxArenaBytes is far below this.
constexpr int kLimitSeconds = 20;
constexpr uint32_t kMaxArenaBytes = 64 << 10;

using Bytes = std::vector<uint8_t>;

char g_message[200];

[[noreturn]] void Find(const char* what) {
  std::fprintf(stderr, "fuzz: runtime error: %s\n", what);
  std::abort();
}

void OnTimer(int) {
  static constexpr char kText[] = "fuzz: runtime error: no end within the time limit\n";
  const ssize_t ignored = write(2, kText, sizeof(kText) - 1);
  (void)ignored;
  std::abort();
}

// SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
  }
  uint32_t Below(size_t limit) { return static_cast<uint32_t>(limit ? Next() % limit : 0); }

 private:
  uint64_t state_;
};

struct Base {
  Bytes bytes;
  std::vector<uint32_t> structure;  // positions that are not in a constant's contents
};

Base MakeBase(Bytes bytes) {
  using tflm::ModelReader;
  const ModelReader reader(bytes.data(), static_cast<uint32_t>(bytes.size()));
  const ModelReader::Vector buffers =
      reader.FieldVector(reader.Root(), tflm::model_field::kBuffers, 4);
  std::vector<bool> contents(bytes.size(), false);
  for (uint32_t i = 0; i < buffers.count; ++i) {
    const ModelReader::Vector data =
        reader.FieldVector(reader.TableAt(buffers, i), tflm::buffer_field::kData, 1);
    constexpr uint32_t kShort = 32;  // shapes and axes matter, weights do not
    for (uint32_t k = 0; data.count > kShort && k < data.count; ++k) {
      contents[data.pos + k] = true;
    }
  }
  Base base{std::move(bytes), {}};
  for (uint32_t at = 0; at < base.bytes.size(); ++at) {
    if (!contents[at]) {
      base.structure.push_back(at);
    }
  }
  return base;
}

Bytes ReadFile(const char* path) {
  FILE* const file = std::fopen(path, "rb");
  if (!file) {
    std::perror(path);
    std::exit(2);
  }
  Bytes bytes;
  uint8_t block[4096];
  while (const size_t n = std::fread(block, 1, sizeof(block), file)) {
    bytes.insert(bytes.end(), block, block + n);
  }
  std::fclose(file);
  return bytes;
}

std::vector<Base> ReadPack(const char* path) {
  const Bytes pack = ReadFile(path);
  std::vector<Base> bases;
  for (size_t at = 0; at + 4 <= pack.size();) {
    uint32_t size;
    std::memcpy(&size, &pack[at], 4);
    at += 4;
    bases.push_back(MakeBase(Bytes(pack.begin() + at, pack.begin() + at + size)));
    at += size;
  }
  return bases;
}

uint32_t InterestingNumber(Random* random, size_t model_bytes) {
  static constexpr uint32_t kNumbers[] = {
      0,          1,          2,          3,          4,          7,
      8,          15,         16,         32,         64,         127,
      128,        255,        256,        257,        0x7fff,     0x8000,
      0xffff,     0x10000,    0x7fffffff, 0x80000000, 0xffffffff, 0xff7fffff,
      0x7f800000, 0x7fc00000, 0x00800000, 0x3f800000, 0x01000000, 0x40000000,
      0x3fffffff, 0xfffffff0, 0xffff8000, 0xffffff80, 100,        1000};
  constexpr uint32_t kCount = sizeof(kNumbers) / sizeof(kNumbers[0]);
  switch (random->Below(4)) {
    case 0:
      return random->Below(model_bytes);
    case 1:
      return random->Below(40);
    default:
      return kNumbers[random->Below(kCount)];
  }
}

struct Attempt {
  Bytes model;
  uint32_t arena_bytes;
};

Attempt Mutate(const std::vector<Base>& bases, uint64_t seed) {
  Random random(seed);
  const Base& base = bases[random.Below(bases.size())];
  Attempt attempt{base.bytes, kMaxArenaBytes};
  Bytes& m = attempt.model;
  const auto position = [&]() -> uint32_t {
    return random.Below(16) ? base.structure[random.Below(base.structure.size())]
                            : random.Below(m.size());
  };
  const uint32_t changes = 1 + random.Below(2) * random.Below(8);
  for (uint32_t i = 0; i < changes && m.size() > 16; ++i) {
    const uint32_t at = position() % static_cast<uint32_t>(m.size());
    const auto word_of = [&m](uint32_t byte) {  // its word, if that is whole
      return (byte | 3) < m.size() ? byte & ~3u : 4u;
    };
    const uint32_t word_at = word_of(at);
    uint32_t value;
    switch (random.Below(9)) {
      case 0:
        m[at] ^= static_cast<uint8_t>(1u << random.Below(8));
        break;
      case 1:
        m[at] = static_cast<uint8_t>(random.Next());
        break;
      case 2:
        m[at] = static_cast<uint8_t>(InterestingNumber(&random, 256));
        break;
      case 3:
      case 4:
        value = InterestingNumber(&random, m.size());
        std::memcpy(&m[word_at], &value, 4);
        break;
      case 5:  // a little more or less
        std::memcpy(&value, &m[word_at], 4);
        value += random.Below(17) - 8;
        std::memcpy(&m[word_at], &value, 4);
        break;
      case 6: {  // two words change places
        const uint32_t other = word_of(position() % static_cast<uint32_t>(m.size()));
        uint32_t second;
        std::memcpy(&value, &m[word_at], 4);
        std::memcpy(&second, &m[other], 4);
        std::memcpy(&m[word_at], &second, 4);
        std::memcpy(&m[other], &value, 4);
        break;
      }
      case 7: {  // a piece of the same or of another model
        const Bytes& from = bases[random.Below(bases.size())].bytes;
        const uint32_t size = 1 + random.Below(64);
        const uint32_t source = random.Below(from.size());
        for (uint32_t k = 0; k < size && at + k < m.size() && source + k < from.size(); ++k) {
          m[at + k] = from[source + k];
        }
        break;
      }
      default:
        if (random.Below(8) == 0) {
          m.resize(random.Below(m.size()) + 1);
        } else {  // a 16-bit number, such as a vtable's entries
          const uint16_t half = static_cast<uint16_t>(InterestingNumber(&random, 64));
          std::memcpy(&m[at & ~1u], &half, (at & ~1u) + 2 <= m.size() ? 2 : 1);
        }
    }
  }
  if (random.Below(3) == 0) {
    attempt.arena_bytes = random.Below(kMaxArenaBytes);
  } else if (random.Below(3) == 0) {
    attempt.arena_bytes = random.Below(4096);
  }
  return attempt;
}

// True if the model was accepted and computed.
bool Execute(const Attempt& attempt, const checks::AllOps& resolver, uint64_t seed) {
  itimerval limit{};
  limit.it_value.tv_sec = kLimitSeconds;
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);

  // Blocks of exactly the right size: the sanitizer sees every byte beyond.
  uint8_t* const model = static_cast<uint8_t*>(std::malloc(attempt.model.size()));
  std::memcpy(model, attempt.model.data(), attempt.model.size());
  uint8_t* const arena = static_cast<uint8_t*>(std::malloc(attempt.arena_bytes));
  std::memset(arena, 0xA5, attempt.arena_bytes);
  bool accepted;
  {
    checks::OpWatch watch;
    g_message[0] = '\0';
    tflite::MicroInterpreter interpreter(tflite::GetModel(model, attempt.model.size()), resolver,
                                         arena, attempt.arena_bytes, nullptr, &watch);
    accepted = interpreter.AllocateTensors() == kTfLiteOk;
    if (!accepted && g_message[0] == '\0') {
      Find("the model was refused without a message");
    }
    if (accepted) {
      if (interpreter.arena_used_bytes() > attempt.arena_bytes) {
        Find("more arena used than there is");
      }
      watch.Start(interpreter.graph(), arena, attempt.arena_bytes);
      Random random(seed ^ 0x5eed);
      for (uint32_t round = 0; round < 2; ++round) {
        watch.NewInvoke();
        for (size_t i = 0; i < interpreter.inputs_size(); ++i) {
          TfLiteTensor* const tensor = interpreter.input(i);
          for (size_t k = 0; k < tensor->bytes; ++k) {
            tensor->data.uint8[k] = static_cast<uint8_t>(random.Next());
          }
        }
        interpreter.Invoke();  // may fail, may not crash
        volatile uint8_t sink = 0;
        for (size_t i = 0; i < interpreter.outputs_size(); ++i) {
          const TfLiteTensor* const tensor = interpreter.output(i);
          for (size_t k = 0; k < tensor->bytes; ++k) {
            sink = static_cast<uint8_t>(sink ^ tensor->data.uint8[k]);
          }
        }
      }
      if (watch.offender() != checks::OpWatch::kNone) {
        Find("an op changed arena bytes that are not its outputs");
      }
    }
  }
  ASAN_UNPOISON_MEMORY_REGION(arena, attempt.arena_bytes);
  std::free(arena);
  std::free(model);
  return accepted;
}

int Run(const std::vector<Base>& bases, const char* progress_path, uint64_t first, uint64_t count,
        const checks::AllOps& resolver) {
  FILE* const file = std::fopen(progress_path, "w+b");
  if (!file || ftruncate(fileno(file), 8) != 0) {
    std::perror(progress_path);
    return 2;
  }
  volatile uint64_t* const progress = static_cast<volatile uint64_t*>(
      mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0));
  uint64_t accepted = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    *progress = seed;
    accepted += Execute(Mutate(bases, seed), resolver, seed) ? 1 : 0;
  }
  *progress = first + count;
  std::printf("%llu\n", static_cast<unsigned long long>(accepted));
  return 0;
}

int Dump(const Attempt& attempt, const char* path) {
  FILE* const file = std::fopen(path, "wb");
  if (!file ||
      std::fwrite(attempt.model.data(), 1, attempt.model.size(), file) != attempt.model.size()) {
    std::perror(path);
    return 2;
  }
  std::fclose(file);
  std::printf("%u\n", attempt.arena_bytes);
  return 0;
}

int WriteMutants(const std::vector<Base>& bases, uint64_t first, uint64_t count, const char* path) {
  FILE* const file = std::fopen(path, "wb");
  bool written = file != nullptr;
  for (uint64_t seed = first; written && seed < first + count; ++seed) {
    const Bytes model = Mutate(bases, seed).model;
    const uint32_t size = static_cast<uint32_t>(model.size());
    written = std::fwrite(&size, sizeof(size), 1, file) == 1 &&
              std::fwrite(model.data(), 1, size, file) == size;
  }
  if (!written || std::fclose(file) != 0) {
    std::perror(path);
    return 2;
  }
  return 0;
}

}  // namespace

extern "C" void DebugLog(const char* format, va_list args) {
  DebugVsnprintf(g_message, sizeof(g_message), format, args);
}

int main(int argc, char** argv) {
  std::signal(SIGVTALRM, OnTimer);
  const checks::AllOps resolver;
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "run" && argc == 6) {
    return Run(ReadPack(argv[2]), argv[3], std::strtoull(argv[4], nullptr, 10),
               std::strtoull(argv[5], nullptr, 10), resolver);
  }
  if (verb == "dump" && argc == 5) {
    return Dump(Mutate(ReadPack(argv[2]), std::strtoull(argv[3], nullptr, 10)), argv[4]);
  }
  if (verb == "mutants" && argc == 6) {
    return WriteMutants(ReadPack(argv[2]), std::strtoull(argv[3], nullptr, 10),
                        std::strtoull(argv[4], nullptr, 10), argv[5]);
  }
  if (verb == "one" && argc == 4) {
    const uint32_t arena_bytes = static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10));
    const bool accepted = Execute(Attempt{ReadFile(argv[2]), arena_bytes}, resolver, 1);
    std::printf("%s\n", accepted ? "accepted" : g_message);
    return 0;
  }
  std::fprintf(stderr, "usage: fuzz run|dump|mutants|one ...\n");
  return 2;
}
