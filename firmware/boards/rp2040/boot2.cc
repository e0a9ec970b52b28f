// The second stage of the RP2040's boot: 256 bytes at the very start of the flash, which the boot
// ROM copies to the end of SRAM5, checks by the CRC-32 in their last word (the build fills it in)
// and calls, while the flash answers single commands only (RP2040 datasheet 2.8.1.3).
//
// It reads the flash chip's unique id, which is the only one that a board has, lets the flash be
// read at four bits a clock by address (XIP, 4.10.2), and starts the program behind it.
//
// Sections are the RP2040 datasheet's; commands are the W25Q16JV's (datasheet, section 8).

#include <cstddef>
#include <cstdint>

#include "flash_id.h"
#include "registers.h"
#include "vectors.h"

namespace {

using cortex_m::Register;

// Pads of the flash, 2.19.6.4
constexpr uint32_t kPadsQspi = 0x40020000;
constexpr uint32_t kPadClock = 0x04;
constexpr uint32_t kPadData0 = 0x08;  // four of them
constexpr uint32_t kPadFast = 1u << 0;
constexpr uint32_t kPadDrive4mA = 1u << 4;
constexpr uint32_t kPadDrive8mA = 2u << 4;
constexpr uint32_t kPadInput = 1u << 6;

// Synchronous serial interface to the flash, 4.10.13
struct Ssi {
  volatile uint32_t ctrlr0;
  volatile uint32_t ctrlr1;
  volatile uint32_t ssienr;
  uint32_t mwcr;
  volatile uint32_t ser;
  volatile uint32_t baudr;
  uint32_t not_used[4];
  volatile uint32_t sr;
  uint32_t not_used_either[13];
  volatile uint32_t dr0;
};
static_assert(offsetof(Ssi, sr) == 0x28 && offsetof(Ssi, dr0) == 0x60);
constexpr uint32_t kSsi = 0x18000000;
constexpr uint32_t kCtrlr0ReadAfterCommand = 3u << 8;  // "EEPROM read"; 0 sends and receives
constexpr uint32_t kCtrlr0FrameBitsShift = 16;         // holds one less
constexpr uint32_t kCtrlr0Quad = 2u << 21;
constexpr uint32_t kSrBusy = 1u << 0;
constexpr uint32_t kSrTransmitterEmpty = 1u << 2;
constexpr uint32_t kRxSampleDelay = kSsi + 0xF0;
constexpr uint32_t kSpiCtrlr0 = kSsi + 0xF4;
constexpr uint32_t kSpiAddressQuad = 1u << 0;  // the command by one wire, address by four
constexpr uint32_t kSpiAllQuad = 2u << 0;      // both by four
constexpr uint32_t kSpiAddress32 = 8u << 2;    // in units of four bits: 24 of address, 8 of mode
constexpr uint32_t kSpiCommand8 = 2u << 8;
constexpr uint32_t kSpiWait4 = 4u << 11;  // clocks between address and data
constexpr uint32_t kSpiCommandShift = 24;

constexpr uint32_t kClockDivider = 2;  // even; 133 MHz / 2, the chip takes 133 (9.6)

constexpr uint32_t kReadUniqueId = 0x4B;
constexpr size_t kReadUniqueIdDummies = 4;
constexpr uint32_t kFastReadQuad = 0xEB;    // its QE bit is set in the factory (-IQ, 7.1.8)
constexpr uint32_t kStayInReadMode = 0xA0;  // the mode byte: the next read has no command

[[gnu::always_inline]] inline void WaitUntilSent(const Ssi* ssi) {
  uint32_t status = 0;
  do {
    status = ssi->sr;
  } while ((status & (kSrTransmitterEmpty | kSrBusy)) != kSrTransmitterEmpty);
}

[[gnu::always_inline]] inline void SetMode(Ssi* ssi, uint32_t ctrlr0, uint32_t spi_ctrlr0) {
  ssi->ssienr = 0;
  ssi->ctrlr0 = ctrlr0;
  Register(kSpiCtrlr0) = spi_ctrlr0;
  ssi->ssienr = 1;
}

// All bytes of the command fit into the queues of 16: the chip is selected from the first to the
// last.
[[gnu::always_inline]] inline void ReadFlashId(Ssi* ssi) {
  ssi->dr0 = kReadUniqueId;
  for (size_t i = 0; i < kReadUniqueIdDummies + rp2040::kFlashIdBytes; ++i) ssi->dr0 = 0;
  WaitUntilSent(ssi);
  for (size_t i = 0; i < 1 + kReadUniqueIdDummies; ++i) {
    [[maybe_unused]] const uint32_t nothing = ssi->dr0;
  }
  for (volatile uint8_t& byte : rp2040::g_flash_id) byte = static_cast<uint8_t>(ssi->dr0);
}

}  // namespace

namespace rp2040 {

[[gnu::section(".scratch.flash_id")]] volatile uint8_t g_flash_id[kFlashIdBytes];

}  // namespace rp2040

// All of it in one function: it is copied, and reaches nothing else.
extern "C" [[gnu::section(".boot2.code"), gnu::used, gnu::noreturn]] void mcuforge_boot2() {
  Ssi* ssi = reinterpret_cast<Ssi*>(kSsi);
  uint32_t pads = kPadsQspi;
  // Kept in registers: as constants each address would take a word of the 252 bytes.
  asm volatile("" : "+r"(ssi), "+r"(pads));

  Register(pads + kPadClock) = kPadDrive8mA | kPadFast;
  for (uint32_t pad = kPadData0; pad < kPadData0 + 4 * 4; pad += 4) {
    // the Schmitt trigger's delay is too long for this clock
    Register(pads + pad) = kPadInput | kPadDrive4mA;
  }
  ssi->ssienr = 0;
  ssi->baudr = kClockDivider;
  Register(kRxSampleDelay) = 1;
  ssi->ctrlr1 = 0;
  ssi->ser = 1;
  SetMode(ssi, (8u - 1) << kCtrlr0FrameBitsShift, 0);
  ReadFlashId(ssi);

  constexpr uint32_t kQuadRead =
      kCtrlr0Quad | (32u - 1) << kCtrlr0FrameBitsShift | kCtrlr0ReadAfterCommand;
  SetMode(ssi, kQuadRead, kSpiAddressQuad | kSpiAddress32 | kSpiCommand8 | kSpiWait4);
  ssi->dr0 = kFastReadQuad;
  ssi->dr0 = kStayInReadMode;  // address 0, and the mode
  WaitUntilSent(ssi);
  SetMode(ssi, kQuadRead,
          kSpiAllQuad | kSpiAddress32 | kSpiWait4 | kStayInReadMode << kSpiCommandShift);

  const uint32_t table =
      static_cast<uint32_t>(reinterpret_cast<uintptr_t>(cortex_m::kSystemVectors));
  Register(cortex_m::kVtor) = table;
  asm volatile(
      "msr msp, %0 \n"
      "bx  %1      \n" ::"r"(Register(table)),
      "r"(Register(table + 4)));
  __builtin_unreachable();
}
