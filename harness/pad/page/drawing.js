// A canvas to draw on, by mouse, pen, finger and keyboard, with undo.

const KEY_STEP = 14; // pixels of the canvas
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Drawing {
  // changed: called whenever the picture is another
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.context = canvas.getContext("2d");
    this.strokes = []; // of {width, points}
    this.width = 34;
    this.inverted = false;
    this.brush = { x: canvas.width / 2, y: canvas.height / 2, down: false };
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => { this.pointer = null; });
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.paint());
    canvas.addEventListener("blur", () => { this.brush.down = false; this.paint(); });
    this.paint();
  }

  // A point alone is the begin of a stroke.
  get empty() { return this.strokes.every(({ points }) => points.length < 2); }

  undo() { this.strokes.pop(); this.redraw(); }
  clear() { this.strokes = []; this.redraw(); }
  invert() { this.inverted = !this.inverted; this.redraw(); }
  redraw() { this.paint(); this.changed(); }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  begin(event) {
    if (event.button !== 0) return;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push({ width: this.width, points: [this.place(event)] });
    this.redraw();
  }

  go(event) {
    if (this.pointer !== event.pointerId) return;
    // a browser gives several moves as one
    const moves = event.getCoalescedEvents?.() ?? [];
    const { points } = this.strokes.at(-1) ?? { points: [] };
    for (const one of moves.length ? moves : [event]) points.push(this.place(one));
    this.redraw();
  }

  key(event) {
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key === " ") {
      this.brush.down = !this.brush.down;
      if (this.brush.down) this.strokes.push({ width: this.width, points: [[this.brush.x, this.brush.y]] });
      this.redraw();
    } else if (KEYS[event.key]) {
      const [x, y] = KEYS[event.key];
      const inside = (value) => Math.max(0, Math.min(this.canvas.width, value));
      this.brush.x = inside(this.brush.x + x * KEY_STEP);
      this.brush.y = inside(this.brush.y + y * KEY_STEP);
      if (this.brush.down) this.strokes.at(-1).points.push([this.brush.x, this.brush.y]);
      this.redraw();
    } else return;
    event.preventDefault();
  }

  // Black on white, or white on black.
  paint(context = this.context, withBrush = true) {
    const [ground, ink] = this.inverted ? ["#000", "#fff"] : ["#fff", "#000"];
    context.fillStyle = ground;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(context, { strokeStyle: ink, fillStyle: ink, lineCap: "round", lineJoin: "round" });
    for (const { width, points } of this.strokes) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    if (withBrush && document.activeElement === this.canvas && this.canvas.matches(":focus-visible")) {
      context.lineWidth = 2;
      context.strokeStyle = this.brush.down ? "#d33" : "#38f";
      context.beginPath();
      context.arc(this.brush.x, this.brush.y, this.width / 2, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  png() {
    const copy = document.createElement("canvas");
    copy.width = copy.height = this.canvas.width;
    this.paint(copy.getContext("2d"), false);
    return new Promise((done) => copy.toBlob(done, "image/png"));
  }
}
