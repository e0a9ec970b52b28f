// In place of firmware/boards/cortex_m/registers.h on this machine: registers are words of a map.
// What is written is printed, in order: address and value. What a chip then does is told by rules.

#ifndef MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_
#define MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <vector>

namespace cortex_m {

inline void (*g_on_read)(uint32_t address) = nullptr;  // what a read does besides

class Word {
 public:
  uint32_t address = 0;
  uint32_t value = 0;

  operator uint32_t() const {
    const uint32_t read = value;
    if (g_on_read) g_on_read(address);
    return read;
  }
  inline Word& operator=(uint32_t written);
  Word& operator=(const Word& from) { return *this = from.value; }
};

// While the bits of `mask` in the word at `address` are `value`, those of `then_mask` in the word
// at `then_address` are `then_value`.
struct Rule {
  uint32_t address, mask, value, then_address, then_mask, then_value;
};

inline std::map<uint32_t, Word> g_words;
inline std::vector<Rule> g_rules;
inline void (*g_on_write)(uint32_t address, uint32_t written) = nullptr;  // what no rule can say

inline void ApplyRules() {
  for (const Rule& rule : g_rules) {
    if ((g_words[rule.address].value & rule.mask) != rule.value) continue;
    uint32_t& then = g_words[rule.then_address].value;
    then = (then & ~rule.then_mask) | rule.then_value;
  }
}

Word& Word::operator=(uint32_t written) {
  std::printf("%08x %08x\n", static_cast<unsigned>(address), static_cast<unsigned>(written));
  value = written;
  if (g_on_write) g_on_write(address, written);
  ApplyRules();
  return *this;
}

inline Word& Register(uint32_t address) {
  Word& word = g_words[address];
  word.address = address;
  return word;
}
inline Word& Register16(uint32_t address) { return Register(address); }
inline Word& Register8(uint32_t address) { return Register(address); }
inline void ReadAndForget(uint32_t) {}
inline void EnableInterrupt(uint32_t) {}

template <uint32_t kAddress, size_t kWords>
size_t ReadWords(uint8_t* dst) {
  for (size_t i = 0; i < 4 * kWords; ++i) {
    dst[i] = static_cast<uint8_t>(Register(kAddress + i / 4 * 4) >> 8 * (i % 4));
  }
  return 4 * kWords;
}

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_
