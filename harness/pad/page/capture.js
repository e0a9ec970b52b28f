// A picture of the camera, a second or so of the microphone, as files.

const stop = (stream) => stream.getTracks().forEach((track) => track.stop());

// A PNG of the camera: the first press shows it, the second takes the picture.
export async function cameraPicture(video) {
  if (video.hidden) {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    return null;
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  stop(video.srcObject);
  video.srcObject = null;
  video.hidden = true;
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// A WAV file of `samples` values at `rateHz`, 16 bits, one channel.
export async function recording(rateHz, samples) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const seconds = samples / rateHz;
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  await new Promise((done) => setTimeout(done, 1000 * seconds + 300));
  recorder.stop();
  await ended;
  stop(stream);
  // A context of the wanted rate resamples what it decodes.
  const context = new OfflineAudioContext(1, samples, rateHz);
  const sound = await context.decodeAudioData(await new Blob(pieces).arrayBuffer());
  return wav(sound.getChannelData(0).slice(0, samples), rateHz);
}

export function wav(values, rateHz) {
  const view = new DataView(new ArrayBuffer(44 + 2 * values.length));
  const text = (at, letters) => [...letters].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * values.length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true); view.setUint32(28, 2 * rateHz, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * values.length, true);
  values.forEach((value, i) => {
    view.setInt16(44 + 2 * i, Math.round(32767 * Math.max(-1, Math.min(1, value))), true);
  });
  return new Blob([view], { type: "audio/wav" });
}
