// In place of firmware/boards/cortex_m/registers.h on this machine: registers are words of a map.
// What is written is printed, in order: address and value.

#ifndef MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_
#define MCUFORGE_BOARDS_CORTEX_M_REGISTERS_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>

namespace cortex_m {

class Word {
 public:
  uint32_t address = 0;
  uint32_t value = 0;

  operator uint32_t() const { return value; }
  Word& operator=(uint32_t written) {
    std::printf("%08x %08x\n", static_cast<unsigned>(address), static_cast<unsigned>(written));
    value = written;
    return *this;
  }
  Word& operator=(const Word& from) { return *this = from.value; }
};

inline std::map<uint32_t, Word> g_words;
inline Word& Register(uint32_t address) {
  Word& word = g_words[address];
  word.address = address;
  return word;
}
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
