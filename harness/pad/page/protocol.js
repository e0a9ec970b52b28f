// docs/protocol.md: bytes to frames and back. No input or output here. ids: the table of the firmware.

const POLYNOMIAL = 0xedb88320;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  return value >>> 0;
});

export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export function cobsEncode(bytes) {
  const out = [];
  let from = 0;
  for (;;) {
    let to = from;
    while (to < bytes.length && bytes[to] !== 0 && to - from < 254) to++;
    out.push(to - from + 1, ...bytes.subarray(from, to));
    if (to === bytes.length) return Uint8Array.from(out);
    from = to - from < 254 ? to + 1 : to; // a run of 254 stands for no zero behind it
  }
}

// null where it is no COBS.
export function cobsDecode(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at];
    if (code === 0 || at + code > bytes.length) return null;
    out.push(...bytes.subarray(at + 1, at + code));
    at += code;
    if (code < 255 && at < bytes.length) out.push(0);
  }
  return Uint8Array.from(out);
}

export function encodeFrame(ids, type, seq, payload) {
  const body = Uint8Array.from([ids.version, type, seq & 255, seq >>> 8, ...payload]);
  const crc = crc32(body);
  const whole = [...body, crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24];
  return Uint8Array.from([0, ...cobsEncode(Uint8Array.from(whole)), 0, 0]);
}

// Frames out of bytes as they come; what is none is passed over.
export class FrameDecoder {
  constructor() { this.pending = []; }

  feed(bytes) {
    const frames = [];
    for (const byte of bytes) {
      if (byte !== 0) { this.pending.push(byte); continue; }
      const body = this.pending.length > 0 ? cobsDecode(Uint8Array.from(this.pending)) : null;
      this.pending = [];
      if (body === null || body.length < 8) continue;
      const end = body.length - 4;
      const view = new DataView(body.buffer);
      if (crc32(body.subarray(0, end)) !== view.getUint32(end, true)) continue;
      frames.push({ version: body[0], type: body[1], seq: view.getUint16(2, true), payload: body.slice(4, end) });
    }
    return frames;
  }
}

export function readInfo(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const hex = (from, to) => [...payload.slice(from, to)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const names = [];
  let at = 73;
  for (let i = 0; i < 2; i++) {
    names.push(new TextDecoder().decode(payload.slice(at + 1, at + 1 + payload[at])));
    at += 1 + payload[at];
  }
  return {
    status: payload[1], build: hex(5, 13), sha256: hex(13, 45), tickHz: view.getUint32(57, true),
    inputBytes: view.getUint32(61, true), mostPayload: view.getUint32(69, true),
    board: names[0], setup: names[1],
  };
}

export function readInference(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { predicted: payload[0], ticks: view.getUint32(1, true), scores: new Int8Array(payload.slice(5).buffer) };
}

export function readProfile(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const ticks = Array.from({ length: payload.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  return { ticks: ticks[0], ops: ticks.slice(1) };
}
