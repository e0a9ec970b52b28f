// A board on this computer's serial port, by Web Serial: requests and their replies, one at a time.

import { crc32, encodeFrame, FrameDecoder, readInference, readInfo, readProfile } from "./protocol.js";

const TRIES = 4;
const PATIENCE_MS = 2500;
const HEAD_BYTES = 6; // of LOAD's payload, before its values

export class SerialBoard {
  // facts: {ids, baud}
  constructor(facts) {
    this.ids = facts.ids;
    this.baud = facts.baud;
    this.port = null;
    this.seq = 1 + Math.floor(65535 * Math.random());
  }

  // Wants a click: the browser asks which port.
  async choose() {
    if (!navigator.serial) throw new Error("this browser has no Web Serial: take Chrome, Edge or Opera on a computer");
    this.port = await navigator.serial.requestPort();
  }

  async open() {
    if (this.writer) return;
    if (!this.port) throw new Error("no board yet: press Connect");
    await this.port.open({ baudRate: this.baud, bufferSize: 1 << 16 });
    this.writer = this.port.writable.getWriter();
    this.reader = this.port.readable.getReader();
    this.decoder = new FrameDecoder();
    this.frames = [];
    this.reading = this.readAll();
    await this.writer.write(Uint8Array.of(0, 0)); // ends whatever noise came before
  }

  async readAll() {
    try {
      for (;;) {
        const { value, done } = await this.reader.read();
        if (done) break;
        this.frames.push(...this.decoder.feed(value));
        this.arrived?.();
      }
    } catch (error) {
      this.broken = error;
    }
    this.arrived?.();
  }

  async close() {
    const { reader, writer, port } = this;
    this.reader = this.writer = null;
    this.broken = null;
    try { await reader?.cancel(); reader?.releaseLock(); } catch { /* it is gone already */ }
    try { writer?.releaseLock(); await port?.close(); } catch { /* it is gone already */ }
  }

  // The reply's payload. Repeats what got lost; throws what the board refuses.
  async request(name, payload = []) {
    const type = this.ids.commands[name];
    await this.open();
    const seq = this.seq;
    this.seq = seq === 65535 ? 1 : seq + 1;
    const line = encodeFrame(this.ids, type, seq, payload);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await this.writer.write(line);
      const frame = await this.reply(seq, type);
      if (frame?.type === (type | this.ids.replyBit)) return frame.payload;
      if (frame?.type === this.ids.fault) { await this.close(); throw new Error(`${name}: the board's processor took a fault`); }
      const code = frame?.payload[0];
      if (frame && !this.ids.lost.includes(code)) throw new Error(`${name}: ${this.ids.errors[code] ?? `error ${code}`}`);
    }
    await this.close();
    throw new Error(`${name}: the board does not answer; is it the right port, and no other program on it?`);
  }

  async reply(seq, type) {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.frames.length > 0) {
        const frame = this.frames.shift();
        const isOurs = frame.seq === seq && (frame.type === (type | this.ids.replyBit) || frame.type === this.ids.error);
        if (isOurs || frame.type === this.ids.fault || (frame.type === this.ids.error && frame.seq === 0)) return frame;
      }
      if (this.broken) { await this.close(); throw new Error("the line to the board was cut"); }
      const left = deadline - performance.now();
      if (left <= 0) return null;
      await new Promise((done) => { this.arrived = done; setTimeout(done, left); });
    }
  }

  async info() { return readInfo(await this.request("INFO")); }

  // pixels: Uint8Array, row by row. The answer and what each op took, both in ticks.
  async infer(pixels, mostPayload) {
    const format = this.ids.formats.PIXELS_U8;
    if (pixels.length + 1 <= mostPayload) {
      const payload = [format, ...pixels];
      const answer = readInference(await this.request("INFER", payload));
      return { ...answer, profile: readProfile(await this.request("PROFILE", payload)) };
    }
    const results = [];
    for (const command of ["INFER", "PROFILE"]) {
      const crc = await this.load(format, pixels, mostPayload);
      results.push(await this.request(command, [this.ids.formats.LOADED, ...crc]));
    }
    return { ...readInference(results[0]), profile: readProfile(results[1]) };
  }

  async load(format, pixels, mostPayload) {
    for (let at = 0; at < pixels.length;) {
      const piece = pixels.subarray(at, at + mostPayload - HEAD_BYTES);
      const offset = [at & 255, (at >>> 8) & 255, (at >>> 16) & 255, at >>> 24];
      const reply = await this.request("LOAD", [0, format, ...offset, ...piece]);
      at = new DataView(reply.buffer).getUint32(0, true);
    }
    const crc = crc32(pixels);
    return [crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24];
  }
}
