// A drawing or picture as the network's pixels, made in the browser. Nearly what `--data` makes of
// them; the resampling is the browser's.

// pixels of a canvas as ink, 0 to 255: what differs from its corners.
function ink(canvas) {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const grey = Float32Array.from({ length: width * height }, (_, i) => 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  const ground = (grey[0] + grey[width - 1] + grey[grey.length - width] + grey[grey.length - 1]) / 4;
  const most = grey.reduce((far, value) => Math.max(far, Math.abs(value - ground)), 0);
  return { values: grey.map((value) => (255 * Math.abs(value - ground)) / Math.max(1, most)), width, height, most };
}

// As MNIST's digits were made: the longer side 20 of 28, the centre of mass in the middle.
export function digitPixels(canvas, [height, width]) {
  const { values, width: w, height: h, most } = ink(canvas);
  if (most < 24) throw new Error("nothing is seen");
  let [left, right, top, bottom] = [w, -1, h, -1];
  values.forEach((value, i) => {
    if (value < 64) return;
    const [x, y] = [i % w, Math.floor(i / w)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  const [inkWidth, inkHeight] = [right - left + 1, bottom - top + 1];
  const scale = (20 / 28) * Math.min(width, height) / Math.max(inkWidth, inkHeight);
  const size = [Math.max(1, Math.round(inkWidth * scale)), Math.max(1, Math.round(inkHeight * scale))];
  const small = means(values, w, { left, top, inkWidth, inkHeight }, size);
  const mass = small.reduce((sum, value) => sum + value, 0);
  const centre = (axis) => small.reduce((sum, value, i) => sum + value * (axis ? Math.floor(i / size[0]) : i % size[0]), 0) / mass;
  const offset = [0, 1].map((axis) => {
    const side = [width, height][axis];
    const wanted = Math.round((side - 1) / 2 - centre(axis));
    return Math.max(0, Math.min(side - size[axis], wanted));
  });
  const out = new Uint8Array(width * height);
  const peak = Math.max(...small);
  small.forEach((value, i) => {
    out[(offset[1] + Math.floor(i / size[0])) * width + offset[0] + (i % size[0])] = Math.round((255 * value) / peak);
  });
  return out;
}

// Means over areas, of fractions of pixels, too.
function means(values, stride, box, [width, height]) {
  const out = new Float32Array(width * height);
  const [stepX, stepY] = [box.inkWidth / width, box.inkHeight / height];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, area] = [0, 0];
      for (let j = Math.floor(y * stepY); j < (y + 1) * stepY; j++) {
        const shareY = Math.min(j + 1, (y + 1) * stepY) - Math.max(j, y * stepY);
        for (let i = Math.floor(x * stepX); i < (x + 1) * stepX; i++) {
          const share = shareY * (Math.min(i + 1, (x + 1) * stepX) - Math.max(i, x * stepX));
          sum += share * (values[(box.top + j) * stride + box.left + i] ?? 0);
          area += share;
        }
      }
      out[y * width + x] = sum / Math.max(area, 1e-9);
    }
  }
  return out;
}

// Stretched to the network's size, grey or colour.
export function stretchedPixels(picture, [height, width], channels) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = data.subarray(4 * i, 4 * i + 3);
    if (channels === 3) out.set([r, g, b], 3 * i);
    else out[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
  }
  return out;
}
