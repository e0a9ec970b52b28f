"""What the ports write to their chips' registers at start."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from codegen.boards.facts import load_board
from tests.unit.firmware.chip_model import Rule, Start, Words, follows, never, start

# nrfx: part code and revision, UICR.APPROTECT, APPROTECT.DISABLE
PART, REVISION, UICR_PROTECT, PROTECT_DISABLE = 0x10000130, 0x10000134, 0x10001208, 0x40000558
RAM_TRIM, POWER_RAM_TRIM = 0x10000258, 0x40000EE4  # nRF52832 erratum 108


@pytest.mark.parametrize(
    ("board_id", "part", "first_hardened"),
    [("nrf52832_dk", 6, 7), ("nrf52840_dk", 8, 5), ("microbit_v2", 13, 1)],
)
def test_debug_port_opens_on_hardened_revisions_as_uicr_says(
    board_id: str, part: int, first_hardened: int
) -> None:
    presets = {PART: part, REVISION: first_hardened, UICR_PROTECT: 0x5A}
    assert start(board_id, presets).last[PROTECT_DISABLE] == 0x5A
    earlier = {**presets, REVISION: first_hardened - 1}
    assert PROTECT_DISABLE not in start(board_id, earlier).last
    # the first chips of all do not tell their revision
    unknown = {**presets, PART: 0xFFFF_FFFF, REVISION: 0xFFFF_FFFF}
    assert PROTECT_DISABLE not in start(board_id, unknown).last


def test_ram_of_an_nrf52832_keeps_its_content_in_idle() -> None:
    presets = {RAM_TRIM: 0xFFFF_FFFF}
    assert start("nrf52832_dk", presets).last[POWER_RAM_TRIM] == 0x4F
    for board_id in ("nrf52840_dk", "microbit_v2", "microbit"):
        assert POWER_RAM_TRIM not in start(board_id, presets).last, board_id


def test_an_nrf51_is_left_alone() -> None:
    presets = {PART: 0, REVISION: 9, UICR_PROTECT: 0x5A}
    assert PROTECT_DISABLE not in start("microbit", presets).last


NVMC_ICACHE = 0x4001E540


def test_the_flash_cache_of_an_nrf52_is_on() -> None:
    assert start("nrf52840_dk", {}).last[NVMC_ICACHE] == 1
    assert NVMC_ICACHE not in start("microbit", {}).last


DID0, LDOPCTL, RIS = 0x400FE000, 0x400FE034, 0x400FE050


def test_revision_a2_of_an_lm3s_gets_its_voltage_before_the_pll() -> None:
    locked = {RIS: 1 << 6}
    a2 = start("lm3s6965evb", {**locked, DID0: 0x10010002})
    assert a2.writes[0] == (LDOPCTL, 0x1B)
    assert a2.clock_hz == 50_000_000
    b1 = start("lm3s6965evb", {**locked, DID0: 0x10010101})
    assert LDOPCTL not in b1.last


PLL_ON, PLL_READY = 1 << 24, 1 << 25  # of every STM32's RCC_CR
HSE_ON, HSE_READY = 1 << 16, 1 << 17


@dataclass(frozen=True)
class Stm32:
    """Where a family has its clocks. cfgr: has SW in the lowest bits, and SWS above. settings: what
    is locked while the PLL runs, {register: bits}."""

    cr: int
    cfgr: int
    sw_bits: int
    pll: int  # SW's value
    hsi_on: int
    hsi_ready: int
    settings: Words
    internal_hz: int
    unique_id: int
    usart: int
    divider: int  # offset of the USART's
    internal_rate: int  # what the divider is made for where the PLL does not come up
    more: tuple[Rule, ...] = ()
    prescalers: int = 0  # that cfgr has beside, of AHB

    def rules(self, pll: list[Rule] | None = None) -> list[Rule]:
        sw = (1 << self.sw_bits) - 1
        return [
            *(pll or follows(self.cr, PLL_ON, self.cr, PLL_READY)),
            *follows(self.cr, HSE_ON, self.cr, HSE_READY),
            *follows(self.cr, self.hsi_on, self.cr, self.hsi_ready),
            *(
                Rule(self.cfgr, sw, choice, self.cfgr, sw << self.sw_bits, choice << self.sw_bits)
                for choice in range(sw + 1)
            ),
            *self.more,
        ]

    def locked(self, begun: Start, presets: Words) -> list[tuple[int, int]]:
        """Writes that change what is locked, while the PLL is on."""
        words = dict(presets)
        wrong = []
        for at, word in begun.writes:
            changed = (word ^ words.get(at, 0)) & self.settings.get(at, 0)
            if changed and words.get(self.cr, 0) & PLL_ON:
                wrong.append((at, word))
            words[at] = word
        return wrong


VOSR = 0x4602080C
F1 = Stm32(
    *(0x40021000, 0x40021004, 2, 2, 1 << 0, 1 << 1, {0x40021004: 0x3F << 16}),
    *(8_000_000, 0x1FFFF7E8, 0x40013800, 0x08, 8_000_000),
)
F2F4 = Stm32(
    *(0x40023800, 0x40023808, 2, 2, 1 << 0, 1 << 1, {0x40023804: 0xFFFFFFFF}),
    *(16_000_000, 0x1FFF7A10, 0x40004400, 0x08, 16_000_000),
)
L4 = Stm32(
    *(0x40021000, 0x40021008, 2, 3, 1 << 8, 1 << 10, {0x4002100C: 0xFFFFFFFF}),
    *(16_000_000, 0x1FFF7590, 0x40008000, 0x0C, 256 * 16_000_000),
    prescalers=0xF << 4,
)
U5 = Stm32(
    *(0x46020C00, 0x46020C1C, 2, 3, 1 << 8, 1 << 10, {0x46020C28: 0xF0F, 0x46020C34: 0xFFFFFFFF}),
    *(16_000_000, 0x0BFA0700, 0x40013800, 0x0C, 16_000_000),
    more=(*follows(VOSR, 3 << 16, VOSR, 1 << 15), *follows(VOSR, 1 << 18, VOSR, 1 << 14)),
)
G0 = Stm32(
    *(0x40021000, 0x40021008, 3, 2, 1 << 8, 1 << 10, {0x4002100C: 0xFFFFFFFF}),
    *(16_000_000, 0x1FFF7590, 0x40004400, 0x0C, 16_000_000),
    prescalers=0xF << 8,
)
STM32 = {
    **{"stm32vldiscovery": F1, "disco_f407vg": F2F4, "nucleo_f446re": F2F4},
    **{"nucleo_l4r5zi": L4, "nucleo_u575zi_q": U5, "nucleo_g071rb": G0},
}
CASES = [pytest.param(board_id, chip, id=board_id) for board_id, chip in STM32.items()]


@pytest.mark.parametrize(("board_id", "chip"), CASES)
def test_stm32_pll_comes_up(board_id: str, chip: Stm32) -> None:
    presets = {chip.cr: chip.hsi_on, chip.unique_id: 0x11, chip.unique_id + 8: 0x22 << 24}
    begun = start(board_id, presets, chip.rules())
    assert begun.clock_hz == load_board(board_id).clock_hz
    assert begun.last[chip.cfgr] & (1 << chip.sw_bits) - 1 == chip.pll
    assert not chip.locked(begun, presets)
    assert begun.unique_id == "11" + 10 * "00" + "22"


@pytest.mark.parametrize(("board_id", "chip"), CASES)
def test_stm32_pll_never_comes_up(board_id: str, chip: Stm32) -> None:
    presets = {chip.cr: chip.hsi_on}
    begun = start(board_id, presets, chip.rules(never(chip.cr, PLL_READY)))
    assert begun.clock_hz == chip.internal_hz
    assert not begun.last[chip.cr] & PLL_ON
    assert begun.last[chip.usart + chip.divider] == round(chip.internal_rate / 115200)


@pytest.mark.parametrize(("board_id", "chip"), CASES)
def test_stm32_switch_that_is_not_made(board_id: str, chip: Stm32) -> None:
    sw = (1 << chip.sw_bits) - 1
    stays = Rule(chip.cfgr, sw, chip.pll, chip.cfgr, sw << chip.sw_bits, 0)
    begun = start(board_id, {chip.cr: chip.hsi_on}, [*chip.rules(), stays])
    assert begun.clock_hz == chip.internal_hz
    assert not begun.last[chip.cr] & PLL_ON
    assert not begun.last[chip.cfgr] & chip.prescalers
    assert begun.last[chip.cfgr] & sw != chip.pll


def test_stm32u5_booster_is_off_while_its_clock_is_set_up() -> None:
    presets = {VOSR: 3 << 16 | 1 << 18}
    writes = start("nucleo_u575zi_q", presets, U5.rules()).writes
    settings = next(i for i, (at, _) in enumerate(writes) if at == 0x46020C28)
    booster = [(i, word >> 18 & 1) for i, (at, word) in enumerate(writes) if at == VOSR]
    assert [on for i, on in booster if i < settings] == [0]
    assert booster[-1][1] == 1


@pytest.mark.parametrize(("board_id", "chip"), CASES)
def test_stm32_pll_that_a_boot_loader_left_on(board_id: str, chip: Stm32) -> None:
    presets = {chip.cr: chip.hsi_on | PLL_ON, chip.cfgr: chip.pll}
    begun = start(board_id, presets, chip.rules())
    assert begun.clock_hz == load_board(board_id).clock_hz
    assert not chip.locked(begun, presets)
    on = [word & PLL_ON != 0 for at, word in begun.writes if at == chip.cr]
    assert False in on and on[-1]
    # it does not stop: then its settings stay, and the core is on the internal oscillator
    stuck = [Rule(chip.cr, 0, 0, chip.cr, PLL_READY, PLL_READY)]
    begun = start(board_id, presets, chip.rules(stuck))
    assert begun.clock_hz == chip.internal_hz
    assert not chip.locked(begun, presets)


@pytest.mark.parametrize("board_id", [name for name, chip in STM32.items() if chip is F2F4])
def test_stm32_divider_that_only_the_f446_has(board_id: str) -> None:
    chip = load_board(board_id).chip
    pll = start(board_id, {}, F2F4.rules()).last[0x40023804]
    assert (pll & 0x3F, pll >> 6 & 0x1FF) == (chip["pll_m"], chip["pll_n"])
    # PLLR of the F446 is 2 to 7 (RM0390 6.3.2); elsewhere these bits keep their reset value, 2
    assert pll >> 28 == 2


def test_stm32l4_goes_above_80_mhz_and_back_by_half_the_clock() -> None:
    presets = {L4.cr: L4.hsi_on | PLL_ON, L4.cfgr: L4.pll}
    writes = start("nucleo_l4r5zi", presets, L4.rules()).writes
    switches = [(word & 3, word >> 4 & 0xF) for at, word in writes if at == L4.cfgr]
    # of SW and HPRE: 8 halves the clock. A boot loader's PLL, the internal oscillator, the PLL
    assert switches == [(3, 8), (1, 8), (1, 0), (1, 8), (3, 8), (3, 0)]


def test_stm32l4_port_g_has_its_supply() -> None:
    writes = start("nucleo_l4r5zi", {}, L4.rules()).writes
    supplied = writes.index((0x40007004, 1 << 9))  # PWR_CR2.IOSV
    first_of_port_g = next(i for i, (at, _) in enumerate(writes) if at >> 10 == 0x48001800 >> 10)
    assert supplied < first_of_port_g


def test_stm32f1_receiver_is_pulled_up() -> None:
    last = start("stm32vldiscovery", {}, F1.rules()).last
    assert last[0x40010804] >> 8 & 0xF == 8  # CRH, PA10: an input with a pull
    assert last[0x4001080C] >> 10 & 1  # ODR: up


@dataclass(frozen=True)
class Rp2:
    """Where an RP2040 or RP2350 has its blocks; bits of its RESETS."""

    clocks: int
    resets: int
    xosc: int
    pll: int
    reset_pll: int
    reset_others: tuple[int, ...]
    ring_hz: int

    def rules(self) -> list[Rule]:
        resets, done = self.resets, self.resets + 8
        cs, pwr = self.pll, self.pll + 4
        return [
            *(
                Rule(resets, bit, held, done, bit, bit - held)
                for bit in (self.reset_pll, *self.reset_others)
                for held in (0, bit)
            ),
            *follows(self.xosc, 0xFAB << 12, self.xosc + 4, 1 << 31),
            *(Rule(self.clocks + 0x30, 3, k, self.clocks + 0x38, 7, 1 << k) for k in range(3)),
            *(Rule(self.clocks + 0x3C, 1, k, self.clocks + 0x44, 3, 1 << k) for k in range(2)),
            Rule(resets, self.reset_pll, self.reset_pll, pwr, 0x2D, 0x2D),
            Rule(pwr, 0x21, 0, cs, 1 << 31, 1 << 31),
            Rule(pwr, 0x21, 0x21, cs, 1 << 31, 0),
        ]


RP2 = {
    "pico": Rp2(
        *(0x40008000, 0x4000C000, 0x40024000, 0x40028000),
        *(1 << 12, (1 << 5, 1 << 8, 1 << 22), 6_500_000),
    ),
    "pico2": Rp2(
        *(0x40010000, 0x40020000, 0x40048000, 0x40050000),
        *(1 << 14, (1 << 6, 1 << 9, 1 << 26), 11_000_000),
    ),
}
RP2_CASES = [pytest.param(board_id, chip, id=board_id) for board_id, chip in RP2.items()]


@pytest.mark.parametrize(("board_id", "chip"), RP2_CASES)
def test_rp2_pll_comes_up_also_if_it_was_on(board_id: str, chip: Rp2) -> None:
    board = load_board(board_id)
    after_reset = {chip.resets: 0xFFFFFFFF, chip.pll + 4: 0x2D}
    divided = {chip.clocks + 0x34: 4 << 16, chip.clocks + 0x40: 4 << 16}
    left_on = {chip.clocks + 0x3C: 1, chip.pll: 1 << 31 | 1, **divided}
    for presets in (after_reset, left_on):
        begun = start(board_id, presets, chip.rules())
        assert begun.clock_hz == board.clock_hz
        order = [
            begun.writes.index(write)
            for write in (
                (chip.clocks + 0x3C, 0),  # the core leaves the PLL
                (chip.resets + 0x2000, chip.reset_pll),
                (chip.pll + 8, board.chip["pll_feedback"]),
                (chip.clocks + 0x3C, 1),
            )
        ]
        assert order == sorted(order)
        undivided = 1 << (16 if board_id == "pico2" else 8)
        assert begun.last[chip.clocks + 0x34] == begun.last[chip.clocks + 0x40] == undivided


@pytest.mark.parametrize(("board_id", "chip"), RP2_CASES)
def test_rp2_clocks_that_never_come_up(board_id: str, chip: Rp2) -> None:
    board = load_board(board_id)
    fractional = board.uart.facts["base"] + 0x24, board.uart.facts["base"] + 0x28
    for rules, clock_hz in [
        (never(chip.pll, 1 << 31), board.chip["xosc_hz"]),
        (never(chip.xosc + 4, 1 << 31), chip.ring_hz),
    ]:
        begun = start(board_id, {}, [*chip.rules(), *rules])
        assert begun.clock_hz == clock_hz
        divider = 64 * begun.last[fractional[0]] + begun.last[fractional[1]]
        assert divider == round(4 * clock_hz / 115200)


def test_rp2350_pads_leave_their_isolation_last() -> None:
    writes = start("pico2", {0x40130000: 0x44332211}, RP2["pico2"].rules()).writes
    for pin in (0, 1):
        isolation = writes.index((0x4003B004 + 4 * pin, 1 << 8))  # the copy that clears bits
        assert isolation > writes.index((0x40028004 + 8 * pin, 2))
    # the RP2040 has no such bit
    assert (0x4001F004, 1 << 8) not in start("pico", {}, RP2["pico"].rules()).writes


PCLKSR, XOSC32K, DFLLCTRL, DFLLMUL = 0x4000080C, 0x40000814, 0x40000824, 0x4000082C
GENCTRL = 0x40000C04
SAMD21 = [
    *follows(XOSC32K, 1 << 1, PCLKSR, 1 << 1),
    *follows(DFLLCTRL, 1 << 1, PCLKSR, 1 << 4),
    *follows(DFLLCTRL, 1 << 2, PCLKSR, 3 << 6),
]
ON_OSC8M, ON_DFLL = 1 << 16 | 6 << 8, 1 << 16 | 7 << 8  # GENCTRL of generator 0


def test_samd21_dfll_locks_also_if_it_was_on() -> None:
    serial = {0x0080A040: 0x11, 0x0080A048: 0x22 << 24}
    for presets in (serial, {**serial, DFLLCTRL: 6, PCLKSR: 0xD2, GENCTRL: ON_DFLL}):
        begun = start("arduino_zero", presets, SAMD21)
        assert begun.clock_hz == 48_000_000
        assert begun.unique_id == "11" + 10 * "00" + "22"
        settings = next(i for i, (at, _) in enumerate(begun.writes) if at == DFLLMUL)
        main = [(i, word) for i, (at, word) in enumerate(begun.writes) if at == GENCTRL]
        assert next(word for i, word in main if i < settings) == ON_OSC8M
        assert main[-1][1] == ON_DFLL
        assert begun.last[0x42001C0C] == 26  # 48 MHz / (16 * 115200)


@pytest.mark.parametrize("bits", [1 << 1, 1 << 4, 3 << 6])
def test_samd21_clocks_that_never_come_up(bits: int) -> None:
    begun = start("arduino_zero", {}, [*SAMD21, *never(PCLKSR, bits)])
    assert begun.clock_hz == 8_000_000
    assert [word for at, word in begun.writes if at == GENCTRL and word & 0xF == 0] == [ON_OSC8M]
    assert begun.last[0x42001C0C] == 4 | 3 << 13  # 8 MHz / (16 * 115200) is 4 and 3 eighths
