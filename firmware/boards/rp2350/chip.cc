// Raspberry Pi RP2350, as Arm, secure: what its boot ROM looks for, and its unique id.

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "registers.h"

namespace {

// CHIPID0 to CHIPID3 of the one-time programmable memory, 16 bits each, read through its error
// correction (otp_data.h of Raspberry Pi's SDK): 64 random bits.
constexpr uint32_t kChipId = 0x40130000;
constexpr size_t kChipIdWords = 2;

// The boot ROM starts an image that has such a block in its first 4 KB (RP2350 datasheet, 5.9.5):
// one item, which says what kind of image this is, and a link to the block itself. Without another
// item the vector table is at the image's start.
constexpr uint32_t kBlockStart = 0xFFFFDED3;
constexpr uint32_t kImageType = 0x10210142;  // executable, Arm, secure, RP2350
constexpr uint32_t kLastItem = 0x000001FF;   // behind one word of items
constexpr uint32_t kLinkToItself = 0;
constexpr uint32_t kBlockEnd = 0xAB123579;

}  // namespace

extern "C" [[gnu::section(".vectors.behind"), gnu::used]] const uint32_t mcuforge_image_block[] = {
    kBlockStart, kImageType, kLastItem, kLinkToItself, kBlockEnd};

size_t board::UniqueId(uint8_t* dst) { return cortex_m::ReadWords<kChipId, kChipIdWords>(dst); }
