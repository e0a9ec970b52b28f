// A plugin of QEMU's: how often each block of instructions was executed and from where it was
// reached, and what missed the caches between core and flash. codegen/cycles/counting.py compiles
// it, gives it its arguments and reads what it writes.
//
//   mark=ADDRESS        a block that begins here ends a span and begins the next
//   out=FILE            one line a fact, each span's facts before its line "s"
//   flash_lo=, flash_hi=ADDRESS, ilines=, ibytes=, dlines=, dbytes=NUMBER
//                       the flash, and lines and bytes a line of its two caches; without ilines
//                       none is followed, which is several times faster
//
//   b START LAST FROM COUNT           a block, by its first and last instruction, and the last
//                                     instruction of the block before it
//   i START LAST MISSES SEQUENTIAL    lines that it had to fetch, and how many of them follow on
//                                     the line before
//   d ADDRESS MISSES                  lines that a load's data had to be fetched for
//   s                                 the end of a span
//
// The caches are fully associative and replace what was not used for the longest time.

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin_api.h"

namespace {

class Cache {
 public:
  void Start(uint32_t first_byte, uint32_t end_byte, uint32_t lines, uint32_t line_bytes) {
    line_bytes_ = line_bytes;
    first_ = first_byte / line_bytes;
    slot_of_.assign(end_byte / line_bytes + 1 - first_, 0);
    slots_.assign(lines + 1, Slot{});
  }

  uint32_t LineOf(uint32_t address) const { return address / line_bytes_; }

  // Whether the line has to be fetched. sequential: it follows on the line before.
  bool Misses(uint32_t line, bool* sequential) {
    *sequential = line == last_ + 1;
    if (line == last_) {
      return false;
    }
    last_ = line;
    uint32_t& slot = slot_of_[line - first_];
    const bool is_miss = slot == 0;
    if (is_miss) {
      slot = Victim();
      if (slots_[slot].used != 0) {
        slot_of_[slots_[slot].line - first_] = 0;
      }
      slots_[slot].line = line;
    }
    slots_[slot].used = ++clock_;
    return is_miss;
  }

 private:
  struct Slot {
    uint64_t used = 0;  // 0: never
    uint32_t line = 0;
  };

  uint32_t Victim() const {
    uint32_t oldest = 1;
    for (uint32_t i = 2; i < slots_.size(); ++i) {
      if (slots_[i].used < slots_[oldest].used) {
        oldest = i;
      }
    }
    return oldest;
  }

  uint32_t line_bytes_ = 1;
  uint32_t first_ = 0;
  uint32_t last_ = UINT32_MAX - 1;
  uint64_t clock_ = 0;
  std::vector<uint32_t> slot_of_;  // by line; 0: not there
  std::vector<Slot> slots_;        // the first is nobody's
};

struct Entry {
  uint32_t from;
  uint64_t count;
};

struct Block {
  uint32_t start;
  uint32_t last;
  uint32_t end;
  std::vector<Entry> entries;
  uint64_t misses = 0;
  uint64_t sequential = 0;
};

struct Load {
  uint32_t address;
  uint64_t misses = 0;
};

FILE* g_out;
uint32_t g_mark;
uint32_t g_flash_lo, g_flash_hi;
bool g_has_caches;
Cache g_instructions, g_data;
uint32_t g_from = 1;  // no instruction's address
// By first and last instruction: QEMU may translate a block again. Never moved, so pointers hold.
std::map<std::pair<uint32_t, uint32_t>, Block> g_blocks;
std::deque<Load> g_loads;
std::map<uint32_t, Load*> g_load_at;

bool IsFlash(uint64_t address) { return address >= g_flash_lo && address < g_flash_hi; }

void EndSpan() {
  for (auto& [key, block] : g_blocks) {
    for (Entry& entry : block.entries) {
      if (entry.count != 0) {
        std::fprintf(g_out, "b %x %x %x %" PRIu64 "\n", block.start, block.last, entry.from,
                     entry.count);
        entry.count = 0;
      }
    }
    if (block.misses != 0) {
      std::fprintf(g_out, "i %x %x %" PRIu64 " %" PRIu64 "\n", block.start, block.last,
                   block.misses, block.sequential);
      block.misses = block.sequential = 0;
    }
  }
  for (Load& load : g_loads) {
    if (load.misses != 0) {
      std::fprintf(g_out, "d %x %" PRIu64 "\n", load.address, load.misses);
      load.misses = 0;
    }
  }
  std::fprintf(g_out, "s\n");
  std::fflush(g_out);  // what follows on the last mark is nobody's
}

void OnBlock(unsigned, void* data) {
  Block& block = *static_cast<Block*>(data);
  if (block.start == g_mark) {
    EndSpan();
  }
  const uint32_t from = std::exchange(g_from, block.last);
  bool is_known = false;
  for (Entry& entry : block.entries) {
    if (entry.from == from) {
      ++entry.count;
      is_known = true;
      break;
    }
  }
  if (!is_known) {
    block.entries.push_back({from, 1});
  }
  if (g_has_caches && IsFlash(block.start)) {
    const uint32_t last = g_instructions.LineOf(block.end - 1);
    for (uint32_t line = g_instructions.LineOf(block.start); line <= last; ++line) {
      bool sequential;
      if (g_instructions.Misses(line, &sequential)) {
        ++block.misses;
        block.sequential += sequential;
      }
    }
  }
}

// Registered for stores, too: QEMU 7.2 reports those of an instruction that was asked for its loads
// alone.
void OnAccess(unsigned, qemu_plugin_meminfo_t info, uint64_t address, void* data) {
  bool sequential;
  if (IsFlash(address) && !qemu_plugin_mem_is_store(info) &&
      g_data.Misses(g_data.LineOf(static_cast<uint32_t>(address)), &sequential)) {
    ++static_cast<Load*>(data)->misses;
  }
}

void OnTranslation(qemu_plugin_id_t, qemu_plugin_tb* tb) {
  const size_t count = qemu_plugin_tb_n_insns(tb);
  uint32_t start = 0;
  uint32_t last = 0;
  uint32_t end = 0;
  for (size_t i = 0; i < count; ++i) {
    qemu_plugin_insn* const insn = qemu_plugin_tb_get_insn(tb, i);
    last = static_cast<uint32_t>(qemu_plugin_insn_vaddr(insn));
    end = last + static_cast<uint32_t>(qemu_plugin_insn_size(insn));
    if (i == 0) {
      start = last;
    }
    if (g_has_caches) {
      Load*& load = g_load_at[last];
      if (load == nullptr) {
        load = &g_loads.emplace_back(Load{last});
      }
      qemu_plugin_register_vcpu_mem_cb(insn, OnAccess, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                       load);
    }
  }
  Block& block = g_blocks.try_emplace({start, last}, Block{start, last, end, {}}).first->second;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, OnBlock, QEMU_PLUGIN_CB_NO_REGS, &block);
}

}  // namespace

#define EXPORTED __attribute__((visibility("default")))

extern "C" {

EXPORTED extern const int qemu_plugin_version = MCUFORGE_PLUGIN_VERSION;

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t*, int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 0; i < argc; ++i) {
    const char* const equals = std::strchr(argv[i], '=');
    if (equals == nullptr) {
      return -1;
    }
    const char* const name = argv[i];
    given[std::string(name, equals)] = equals + 1;
  }
  const auto number = [&given](const char* name) {
    return static_cast<uint32_t>(std::strtoul(given[name].c_str(), nullptr, 0));
  };
  g_out = std::fopen(given["out"].c_str(), "w");
  if (g_out == nullptr) {
    return -1;
  }
  g_mark = number("mark");
  g_has_caches = number("ilines") != 0;
  if (g_has_caches) {
    g_flash_lo = number("flash_lo");
    g_flash_hi = number("flash_hi");
    g_instructions.Start(g_flash_lo, g_flash_hi, number("ilines"), number("ibytes"));
    g_data.Start(g_flash_lo, g_flash_hi, number("dlines"), number("dbytes"));
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, OnTranslation);
  return 0;
}
}
