// Soft tones made in the browser, each with its own volume; during a call everything but ticks is silent.

const KEPT = "callcenter.sounds";
// [hertz, start, length] in seconds.
/** @type {Record<string, [number, number, number][]>} */
const TONES = {
  call: [
    [523, 0, 0.28],
    [659, 0.3, 0.42],
  ],
  conversation: [[587, 0, 0.4]],
  message: [[1175, 0, 0.06]],
  approval: [
    [494, 0, 0.2],
    [494, 0.3, 0.2],
    [494, 0.6, 0.2],
  ],
  cut_off: [
    [587, 0, 0.25],
    [392, 0.28, 0.4],
  ],
};
const EVERY_MS = 3000;
const TICK_IN_CALL = 0.2;
/** @type {AudioContext | null} */
let context = null;
/** @type {Timer | undefined} */
let repeating;
let inCall = false;

/** @returns {Record<string, number>} */
function volumes() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {string} name */
export function volume(name) {
  return volumes()[name] ?? 0.6;
}

/**
 * @param {string} name
 * @param {number} value
 */
export function setVolume(name, value) {
  localStorage.setItem(KEPT, JSON.stringify({ ...volumes(), [name]: value }));
}

/** @param {boolean} value */
export function setInCall(value) {
  inCall = value;
}

/** True where the browser lets us be heard. */
export function isAllowed() {
  context ??= new AudioContext();
  return context.state === "running";
}

export async function allow() {
  context ??= new AudioContext();
  await context.resume();
  return isAllowed();
}

/**
 * Plays where sound is sent: a device id of the browser, "" for the usual one.
 *
 * @param {string} id
 */
export async function setDevice(id) {
  context ??= new AudioContext();
  await context.setSinkId?.(id);
}

/**
 * @param {[number, number, number]} tone
 * @param {number} loud
 */
function note([hertz, start, length], loud) {
  if (!context) return;
  const at = context.currentTime + start;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loud * 0.3, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length + 0.05);
}

/**
 * @param {string} name
 * @param {{isTest?: boolean}} [options]
 */
export function play(name, { isTest = false } = {}) {
  if (!isAllowed()) return false;
  const quiet = inCall && !isTest;
  const tones = quiet ? TONES.message : TONES[name];
  tones.forEach((tone) => note(tone, volume(name) * (quiet ? TICK_IN_CALL : 1)));
  return true;
}

/** Two rising tones every 3 s until stop(). */
export function ring() {
  stop();
  play("call");
  repeating = setInterval(() => play("call"), EVERY_MS);
}

export function stop() {
  clearInterval(repeating);
  repeating = undefined;
}
