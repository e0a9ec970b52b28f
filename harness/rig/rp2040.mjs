// An RP2040 of the npm package rp2040js that runs an ELF image, with UART0 on a TCP socket.
//
//   node rp2040.mjs <folder of the package> <firmware.elf>
//
// Prints "PORT <n>" and waits: it runs from the first line on its standard input on. In place of the
// boot ROM, which is no free software, it does what that does with a good flash (RP2040 datasheet
// 2.8.1.3): checks the second stage, copies it to the end of SRAM5 and calls it.
//
// What is not modelled: faults, the flash's wait states, the second core. Cycles are those that the
// package knows for each instruction.

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , packageFolder, elfPath] = process.argv;
const entry = pathToFileURL(join(packageFolder, "dist", "esm", "index.js"));
const { RP2040, ConsoleLogger, LogLevel } = await import(entry);

const FLASH = 0x10000000;
const BOOT2 = 0x20041f00;
const BOOT2_BYTES = 256;
const SSI = 0x18000;
const SSI_DR0 = 0x60;
const SSI_SSIENR = 0x08;
const READ_UNIQUE_ID = 0x4b;
const UNIQUE_ID = [0xe6, 0x60, 0x00, 0x52, 0x50, 0x32, 0x30, 0x34]; // "RP204", and a beginning
const AIRCR = 0xd0c;
const SYSRESETREQ = 1 << 2;
const SLICE = 20000; // instructions between two looks at the socket
const BETWEEN_FEEDS = 200; // instructions in which the UART's queue of 32 cannot run over
const IDLE_MS = 50;

function segments(elf) {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const [table, size, count] = [
    view.getUint32(28, true),
    view.getUint16(42, true),
    view.getUint16(44, true),
  ];
  const loaded = [];
  for (let i = 0; i < count; i++) {
    const word = (n) => view.getUint32(table + i * size + 4 * n, true);
    const [type, offset, , address, bytes] = [0, 1, 2, 3, 4].map(word);
    if (type === 1 && bytes > 0) loaded.push([address, elf.subarray(offset, offset + bytes)]);
  }
  return loaded;
}

function crc32Mpeg2(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

// The flash chip behind the serial interface: it answers the command for its unique id.
function answerCommands(ssi) {
  let sent = [];
  const received = [];
  const [read, write] = [ssi.readUint32.bind(ssi), ssi.writeUint32.bind(ssi)];
  ssi.readUint32 = (offset) =>
    offset !== SSI_DR0 || received.length === 0 ? read(offset) : received.shift();
  ssi.writeUint32 = (offset, value) => {
    if (offset === SSI_SSIENR) [sent, received.length] = [[], 0];
    if (offset === SSI_DR0) {
      const index = sent.push(value & 0xff) - 1 - 5; // the command and four empty bytes
      received.push(sent[0] === READ_UNIQUE_ID && index >= 0 ? (UNIQUE_ID[index] ?? 0) : 0);
    }
    write(offset, value);
  };
}

const image = segments(readFileSync(elfPath));
let chip = null;
let resetWanted = false;
let socket = null;
let input = [];
let inputAt = 0;
let output = [];

function powerOn() {
  chip = new RP2040();
  chip.logger = new ConsoleLogger(LogLevel.Error, false);
  for (const [address, bytes] of image) chip.flash.set(bytes, address - FLASH);
  const boot2 = chip.flash.subarray(0, BOOT2_BYTES);
  const checksum = new DataView(boot2.buffer).getUint32(BOOT2_BYTES - 4, true);
  if (crc32Mpeg2(boot2.subarray(0, BOOT2_BYTES - 4)) !== checksum) {
    process.stderr.write("the boot ROM finds no second stage: its checksum is wrong\n");
    process.exit(1);
  }
  answerCommands(chip.peripherals[SSI]);
  const writeCore = chip.ppb.writeUint32.bind(chip.ppb);
  chip.ppb.writeUint32 = (offset, value) => {
    if (offset === AIRCR) resetWanted = (value & SYSRESETREQ) !== 0;
    else writeCore(offset, value);
  };
  chip.uart[0].onByte = (byte) => output.push(byte);
  chip.sram.set(boot2, BOOT2 - 0x20000000);
  chip.core.SP = BOOT2;
  chip.core.PC = BOOT2;
  chip.core.LR = 0;
}

function feed() {
  const uart = chip.uart[0];
  while (inputAt < input.length && !uart.rxFIFO.full) uart.feedByte(input[inputAt++]);
  if (inputAt === input.length && socket?.isPaused()) {
    [input, inputAt] = [[], 0];
    socket.resume();
  }
}

let timer = null;
let sleptAt = 0;

function run() {
  const { core } = chip;
  for (let done = 0; done < SLICE && !resetWanted; done += BETWEEN_FEEDS) {
    feed();
    const nanos = 1e9 / chip.clkSys;
    for (let i = 0; i < BETWEEN_FEEDS && !core.waiting && !resetWanted; i++) {
      chip.clock.tick(core.executeInstruction() * nanos);
    }
    // An interrupt that was pending before the core went to sleep wakes it, too.
    if (core.waiting && core.checkForInterrupts()) core.waiting = false;
    if (core.waiting) break;
  }
  if (output.length > 0) {
    socket?.write(Buffer.from(output));
    output = [];
  }
  if (resetWanted) {
    resetWanted = false;
    powerOn();
  }
  if (chip.core.waiting && inputAt === input.length) {
    sleptAt = performance.now();
    timer = setTimeout(wake, Math.min(IDLE_MS, chip.clock.nanosToNextAlarm / 1e6));
  } else {
    setImmediate(run);
  }
}

// While the core waits, its time is this machine's.
function wake() {
  clearTimeout(timer);
  timer = null;
  chip.clock.tick((performance.now() - sleptAt) * 1e6);
  run();
}

powerOn();
const server = createServer((connection) => {
  socket?.destroy();
  socket = connection;
  socket.setNoDelay(true);
  socket.on("data", (data) => {
    [input, inputAt] = [data, 0];
    socket.pause(); // until these are with the UART: the sender is held back
    if (timer !== null) wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (socket === connection) socket = null;
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`PORT ${server.address().port}\n`));
process.stdin.once("data", run);
process.stdin.on("end", () => process.exit(0));
