// In place of server.js, in a page that stands alone: the board by Web Serial, the rest in the page.

import { digitPixels, stretchedPixels } from "./network_input.js";
import { SerialBoard } from "./serial.js";

const facts = JSON.parse(document.getElementById("page-facts").textContent);
const board = new SerialBoard(facts);
let info = null;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const [rows, columns] = facts.model.shape;
const channels = facts.model.shape[2] ?? 1;

async function connected() {
  if (!info || !board.writer) {
    await board.open();
    const found = await board.info();
    if (found.status !== 0) throw new Error(`the board could not set its model up: ${found.setup}`);
    if (found.sha256 !== facts.model.sha256) {
      throw new Error(`${found.board} has another model (${found.sha256.slice(0, 16)}...) than this page was made for`);
    }
    info = found;
  }
  return info;
}

function png(pixels) {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const of = (c) => pixels[channels === 3 ? 3 * i + c : i];
    image.data.set([of(0), of(1), of(2), 255], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}

function probabilities(scores) {
  const numbers = [...scores].map((score) => (score - facts.zeroPoint) * facts.scale);
  if (numbers.length === 1) return [1 - numbers[0], numbers[0]]; // the second of two classes
  if (facts.isProbability) return numbers;
  const most = Math.max(...numbers);
  const powers = numbers.map((x) => Math.exp(x - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}

async function askBoard(pixels, wanted = null) {
  try {
    const { mostPayload, tickHz } = await connected();
    const answer = await board.infer(pixels, mostPayload);
    const device = probabilities(answer.scores);
    return {
      device,
      host: wanted && probabilities(wanted),
      equal: wanted && wanted.every((score, i) => score === answer.scores[i]),
      predicted: answer.scores.length === 1 ? Number(device[1] > 0.5) : answer.predicted,
      microseconds: (1e6 * answer.ticks) / tickHz,
      frontEndMicroseconds: null,
      unit: "ticks",
      total: answer.ticks,
      ops: answer.profile.ops,
      seen: { png: png(pixels) },
    };
  } catch (error) {
    info = null;
    await board.close();
    throw error;
  }
}

async function pixelsOf(blob) {
  const picture = await createImageBitmap(blob).catch(() => {
    throw Object.assign(new Error("no picture; give a PNG or JPEG"), { isOfRequest: true });
  });
  if (!facts.isDigit) return stretchedPixels(picture, [rows, columns], channels);
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  canvas.getContext("2d").drawImage(picture, 0, 0);
  try {
    return digitPixels(canvas, [rows, columns]);
  } catch (error) {
    throw Object.assign(error, { isOfRequest: true });
  }
}

const scoresOf = (sample) => new Int8Array(bytesOf(sample.scores).buffer);
const ofItsClass = (sample) => probabilities(scoresOf(sample))[sample.target];
const inOrder = facts.samples.map((sample, index) => ({
  index, target: sample.target, predicted: sample.predicted, seen: { png: png(bytesOf(sample.pixels)) },
}));
const worstFirst = inOrder.toSorted((a, b) => ofItsClass(facts.samples[a.index]) - ofItsClass(facts.samples[b.index]));

export const server = {
  connect: async () => { await board.close(); await board.choose(); info = null; await connected(); return `${info.board}, build ${info.build}`; },
  model: async () => facts.model,
  state: async () => { if (board.writer) await board.info(); },
  answer: async (name, blob) => askBoard(await pixelsOf(blob)),
  test: async (index) => {
    const sample = facts.samples[index];
    return { ...await askBoard(bytesOf(sample.pixels), scoresOf(sample)), index, target: sample.target };
  },
  gallery: async (order, start, count) => (order === "worst" ? worstFirst : inOrder).slice(start, start + count),
  save: null,
};
