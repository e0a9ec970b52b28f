// The check runner as a process: checks <batch file> <result file>. Built with address and
// undefined behaviour sanitizers; every buffer is a block of its own from malloc, exactly as large
// as asked for, so the sanitizer is the guard.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "batch.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#error "build this with -fsanitize=address,undefined"
#endif

namespace {

FILE* g_batch;
FILE* g_results;
std::vector<void*> g_blocks;

}  // namespace

namespace checks {

void Read(void* to, uint32_t bytes) {
  if (bytes && std::fread(to, 1, bytes, g_batch) != bytes) {
    std::fprintf(stderr, "the batch file ends early\n");
    std::exit(2);
  }
}

void Write(const void* from, uint32_t bytes) {
  if (bytes && std::fwrite(from, 1, bytes, g_results) != bytes) {
    std::perror("writing the results");
    std::exit(2);
  }
  std::fflush(g_results);  // a crash in the next case must not take this one along
}

uint8_t* Allocate(uint32_t bytes, uint32_t misalign) {
  // malloc's blocks start at multiples of 16.
  uint8_t* const block = static_cast<uint8_t*>(std::malloc(bytes + misalign));
  g_blocks.push_back(block);
  return block ? block + misalign : nullptr;
}

bool GuardsIntact() { return true; }

void FreeLast() {
  std::free(g_blocks.back());
  g_blocks.pop_back();
}

void FreeAll() {
  while (!g_blocks.empty()) {
    FreeLast();
  }
}

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

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: checks <batch file> <result file>\n");
    return 2;
  }
  g_batch = std::fopen(argv[1], "rb");
  g_results = std::fopen(argv[2], "wb");
  if (!g_batch || !g_results) {
    std::perror("checks");
    return 2;
  }
  checks::RunBatch();
  std::fclose(g_batch);
  return std::fclose(g_results) == 0 ? 0 : 2;
}
