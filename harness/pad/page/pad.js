import { cameraPicture, recording } from "./capture.js";
import { Drawing } from "./drawing.js";
import { server } from "./server.js";
import { bars, equality, factRows, picture, strip, tile, verdict } from "./show.js";

const GALLERY = 24;
const CHECK_MS = 4000;
const at = (id) => document.getElementById(id);

let model = null;
let busy = false;
let waiting = null; // the newest question, while one is under way
let trouble = false;

function say(text, bad = false) {
  at("state").textContent = text;
  at("state").classList.toggle("bad", bad);
  trouble = bad;
}

// One question at a time; of those that come meanwhile the last one is asked.
async function ask(question) {
  if (busy) { waiting = question; return; }
  busy = true;
  at("answer").setAttribute("aria-busy", "true");
  try {
    const from = performance.now();
    const answer = await question();
    if (answer) shown(answer, performance.now() - from);
    if (trouble && question !== nothing) say("the board answers again");
  } catch (error) {
    if (error.isOfRequest) noAnswer(error.message);
    else say(error.message, true);
  }
  busy = false;
  if (waiting) { const next = waiting; waiting = null; ask(next); return; }
  at("answer").setAttribute("aria-busy", "false");
}

const nothing = async () => noAnswer("nothing yet");

// What an earlier question was answered is not shown beside this one's.
function noAnswer(why) {
  at("verdict").textContent = why;
  at("bars").setAttribute("aria-label", "no scores yet");
  at("strip").setAttribute("aria-label", "no costs yet");
  for (const id of ["bars", "equal", "facts", "strip", "strip-legend", "seen"]) at(id).replaceChildren();
}

function shown(answer, roundTripMs) {
  at("verdict").textContent = verdict(model, answer) + (
    Number.isInteger(answer.target) ? ` (it is ${model.labels[answer.target] ?? answer.target})` : "");
  bars(at("bars"), model, answer);
  equality(at("equal"), answer);
  factRows(at("facts"), model, answer, roundTripMs);
  strip(at("strip"), at("strip-legend"), model, answer);
  at("seen").replaceChildren(picture(answer.seen));
}

const askFile = (file) => ask(() => server.answer(file.name, file));

function startDrawing() {
  const drawing = new Drawing(at("canvas"), () => {
    ask(drawing.empty ? nothing : async () => server.answer("drawing.png", await drawing.png()));
  });
  at("undo").addEventListener("click", () => drawing.undo());
  at("clear").addEventListener("click", () => drawing.clear());
  at("invert").addEventListener("click", () => {
    drawing.invert();
    at("invert").setAttribute("aria-pressed", drawing.inverted);
  });
  at("brush").addEventListener("input", () => { drawing.width = Number(at("brush").value); });
  for (const label of model.labels) at("label").append(new Option(label, label));
  at("save").hidden = model.labels.length === 0 || !server.save;
  at("save").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (drawing.empty) throw new Error("nothing is drawn");
      const saved = await server.save(at("label").value, await drawing.png());
      at("saved").textContent = `${saved.path}; ${saved.saved} in all: train with --data ${saved.folder} --image-size ${model.shape.slice(0, 2).join("x")}`;
      drawing.clear();
    } catch (error) {
      at("saved").textContent = error.message;
    }
  });
  at("drawing").hidden = false;
}

const FILES = { image: "a picture", audio: "a WAV file", signal: "a CSV file", table: "a CSV file" };

function startFiles() {
  at("what").textContent = FILES[model.kind] ?? "a .npy file";
  at("file").addEventListener("change", () => { if (at("file").files[0]) askFile(at("file").files[0]); });
  const drop = at("drop");
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.toggle("over", over); });
  }
  drop.addEventListener("drop", (event) => {
    if (event.dataTransfer.files[0]) askFile(event.dataTransfer.files[0]);
  });
  if (!navigator.mediaDevices) return; // beyond this machine browsers want TLS for them
  at("camera").hidden = model.kind !== "image";
  at("camera").addEventListener("click", () => device(async () => {
    const blob = await cameraPicture(at("video"));
    at("camera").textContent = blob ? "Camera" : "Take the picture";
    if (blob) ask(() => server.answer("camera.png", blob));
  }));
  at("microphone").hidden = model.kind !== "audio";
  at("microphone").addEventListener("click", () => device(async () => {
    at("microphone").textContent = "Listening";
    const blob = await recording(model.rateHz, model.shape[0]);
    ask(() => server.answer("microphone.wav", blob));
  }).finally(() => { at("microphone").textContent = "Microphone"; }));
}

async function device(work) {
  try { await work(); } catch (error) { noAnswer(`${error.name}: ${error.message}`); }
}

async function moreTiles() {
  const order = at("order").value;
  at("more").disabled = true;
  at("gallery-state").textContent = order === "worst" ? "asking this machine about all of them" : "";
  try {
    const samples = await server.gallery(order, at("gallery").children.length, GALLERY);
    if (order !== at("order").value) return; // another was chosen meanwhile
    const chosen = (index) => ask(() => server.test(index));
    at("gallery").append(...samples.map((sample) => tile(model, sample, chosen)));
    at("more").disabled = samples.length < GALLERY;
  } catch (error) {
    at("more").disabled = false;
    say(error.message, true);
  }
  at("gallery-state").textContent = "";
}

function startGallery() {
  at("more").addEventListener("click", moreTiles);
  at("order").addEventListener("change", () => {
    at("gallery").replaceChildren();
    moreTiles();
  });
  at("order").disabled = model.task !== "classify";
  return moreTiles();
}

// In a page that stands alone.
function startConnecting() {
  at("board").textContent = `for ${model.board}, model ${model.sha256.slice(0, 16)}`;
  at("connect").hidden = false;
  at("connect").addEventListener("click", async () => {
    try {
      at("board").textContent = await server.connect();
      say("");
    } catch (error) {
      say(error.message, true);
    }
  });
}

// A cable may be pulled while nobody asks anything.
function watch() {
  setInterval(() => {
    if (!busy && document.visibilityState === "visible") ask(() => server.state());
  }, CHECK_MS);
}

async function start() {
  try {
    model = await server.model();
  } catch (error) {
    say(error.message, true);
    setTimeout(start, CHECK_MS);
    return;
  }
  say("");
  const where = model.port ?? "emulated";
  if (server.connect) startConnecting();
  else at("board").textContent =
    `${model.board} (${where}), ${model.isa} kernels, flash ${model.flashBytes.toLocaleString("en")} B, ` +
    `RAM ${model.ramBytes.toLocaleString("en")} B, build ${model.build}`;
  if (model.isDrawn) startDrawing();
  startFiles();
  await startGallery();
  watch();
  document.body.dataset.ready = "yes";
}

start();
