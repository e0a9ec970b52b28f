// An answer as elements of the page.

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const percent = (value) => `${(100 * value).toFixed(1)} %`;
const MOST_BARS = 20;
const SVG = "http://www.w3.org/2000/svg";

function svgElement(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function picture(seen) {
  if (seen.png) return element("img", { src: `data:image/png;base64,${seen.png}`, alt: "" });
  const svg = svgElement("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  const isRow = seen.series.length === 1 && seen.series[0].length <= MOST_BARS; // of a table: bars
  const all = [...seen.series.flat(), ...(isRow ? [0] : [])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const y = (value) => 98 - (96 * (value - least)) / (most - least || 1);
  const colour = (index) => `hsl(${(index * 137 + 210) % 360} 70% 50%)`;
  seen.series.forEach((series, index) => {
    const step = 100 / (isRow ? series.length : Math.max(1, series.length - 1));
    if (isRow) {
      svg.append(...series.map((value, i) => svgElement("rect", {
        x: (i + 0.1) * step, width: 0.8 * step, y: Math.min(y(0), y(value)),
        height: Math.max(1, Math.abs(y(0) - y(value))), fill: colour(0),
      })));
    } else {
      svg.append(svgElement("polyline", {
        points: series.map((value, i) => `${i * step},${y(value)}`).join(" "),
        fill: "none", stroke: colour(index), "vector-effect": "non-scaling-stroke",
      }));
    }
  });
  return svg;
}

export function verdict(model, answer) {
  if (model.task !== "classify") {
    return answer.device.slice(0, 4).map((value) => value.toPrecision(4)).join(", ");
  }
  return `${model.labels[answer.predicted]}, ${percent(answer.device[answer.predicted] ?? answer.device[0])}`;
}

export function bars(box, model, answer) {
  const isClass = model.task === "classify";
  const names = answer.device.map((_, i) => (isClass && model.labels[i]) || String(i));
  const order = names.map((_, i) => i);
  if (order.length > MOST_BARS) order.sort((a, b) => answer.device[b] - answer.device[a]);
  const shown = order.slice(0, MOST_BARS);
  const most = isClass ? 1 : Math.max(1e-9, ...answer.device.map(Math.abs), ...(answer.host ?? []).map(Math.abs));
  box.replaceChildren(...shown.flatMap((i) => {
    const width = (value) => `width: ${(100 * Math.abs(value)) / most}%`;
    const top = i === answer.predicted ? " top" : "";
    const bar = element("span", { className: "bar" });
    for (const who of answer.host ? ["device", "host"] : ["device"]) {
      const line = element("i", { className: who });
      line.style.cssText = width(answer[who][i]);
      bar.append(line);
    }
    const text = isClass ? percent(answer.device[i]) : answer.device[i].toPrecision(4);
    return [
      element("span", { className: `name${top}`, title: names[i], textContent: names[i] }),
      bar,
      element("span", { className: `value${top}`, textContent: text }),
    ];
  }));
  box.setAttribute("aria-label", shown.map((i) => `${names[i]} ${answer.device[i]}`).join(", "));
}

export function equality(line, answer) {
  if (answer.equal === null) { // nobody here to compare it with
    line.textContent = "";
    return;
  }
  line.className = answer.equal ? "good" : "bad";
  line.textContent = answer.equal
    ? "board and this machine: every bit the same"
    : "the board's answer differs from this machine's: `invoke diff` names the op";
}

export function factRows(list, model, answer, roundTripMs) {
  const rows = [
    ["inference", `${Math.round(answer.microseconds).toLocaleString("en")} µs by the board's clock`],
    [answer.unit, answer.total.toLocaleString("en")],
    ["there and back", `${Math.round(roundTripMs)} ms`],
  ];
  if (answer.frontEndMicroseconds !== null) {
    rows.unshift(["front end", `${Math.round(answer.frontEndMicroseconds).toLocaleString("en")} µs`]);
  }
  if (answer.samples > 1) rows.push(["file", `first of ${answer.samples} ${model.noun}s`]);
  list.replaceChildren(...rows.flatMap(([what, value]) => [
    element("dt", { textContent: what }), element("dd", { textContent: value }),
  ]));
}

export function strip(box, legend, model, answer) {
  const all = answer.ops.reduce((sum, one) => sum + one, 0);
  const colour = (i) => `hsl(${(i * 47 + 205) % 360} 55% 55%)`;
  box.replaceChildren(...answer.ops.map((one, i) => {
    const part = element("i", { title: `${i} ${model.ops[i]}: ${one.toLocaleString("en")} ${answer.unit}` });
    part.style.cssText = `flex: ${one}; background: ${colour(i)}`;
    return part;
  }));
  const heavy = answer.ops.map((one, i) => [one, i]).filter(([one]) => one > all / 100);
  legend.replaceChildren(...heavy.map(([one, i]) => {
    const swatch = element("i");
    swatch.style.cssText = `background: ${colour(i)}`;
    return element("li", {}, swatch, `${i} ${model.ops[i]} ${percent(one / all)}`);
  }));
  box.setAttribute("aria-label", heavy.map(([one, i]) => `${model.ops[i]} ${percent(one / all)}`).join(", "));
}

export function tile(model, sample, chosen) {
  const name = (index) => (index === null ? "" : model.labels[index] ?? String(index));
  const wrong = Number.isInteger(sample.target) && sample.predicted !== null && sample.predicted !== sample.target;
  const text = wrong ? `${name(sample.target)}, not ${name(sample.predicted)}` : name(
    Number.isInteger(sample.target) ? sample.target : sample.predicted,
  );
  const button = element("button", { type: "button", className: wrong ? "wrong" : "" }, picture(sample.seen), text);
  button.setAttribute("aria-label", `${model.noun} ${sample.index}: ${text}`);
  button.addEventListener("click", () => chosen(sample.index));
  return element("li", {}, button);
}
