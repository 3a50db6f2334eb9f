// The agent's voice line: the telephone company's browser device, or the pretended one of the demo, behind one face.
// Events (heard by `on`): ready, connected, ended, muted, heard, trouble.

import { post } from "./csrf.js";
import { SimulatedDevice } from "./simulated_device.js";

/** @import { Call, Device } from "@twilio/voice-sdk" */
/** @import { SimulatedCall } from "./simulated_device.js" */
/** @typedef {Device | SimulatedDevice} VoiceDevice */
/** @typedef {Call | SimulatedCall} VoiceCall */

const CODECS = /** @type {Call.Codec[]} */ (["opus", "pcmu"]);
const events = new EventTarget();

/** @type {VoiceDevice | null} */
let device = null;
/** @type {VoiceCall | null} */
let call = null;
let isConnecting = false;
let tokenUrl = "";
let isMutedNow = false;
/** @type {((value?: unknown) => void) | null} */
let letGo = null;

/**
 * @param {string} name
 * @param {object} [detail]
 */
function tell(name, detail = {}) {
  events.dispatchEvent(new CustomEvent(name, { detail }));
}

/**
 * @template D what the event tells
 * @param {string} name
 * @param {(detail: D) => void} listener
 */
export function on(name, listener) {
  events.addEventListener(name, (event) => listener(/** @type {CustomEvent<D>} */ (event).detail));
}

export const isConnected = () => call !== null || isConnecting;
export const isMuted = () => isMutedNow;
export const isSimulated = () => device instanceof SimulatedDevice;

/**
 * Fetches a token and readies the device, so that the microphone is asked for before the first offer, not during it.
 *
 * @param {string} url
 */
export async function prepare(url) {
  tokenUrl = url;
  const answer = await post(url);
  if (!answer.ok) return tell("trouble", { kind: "token" });
  const given = await answer.json();
  device = given.device_url ? new SimulatedDevice(given.device_url, given.token) : await realDevice(given.token);
  tell("ready", { isSimulated: isSimulated() });
  return device;
}

/** @param {string} token */
async function realDevice(token) {
  const { Device } = await import("@twilio/voice-sdk");
  const made = new Device(token, { codecPreferences: CODECS, closeProtection: true });
  made.on("tokenWillExpire", renew);
  made.on("error", (error) => tell("trouble", { kind: "device", code: error.code }));
  return made;
}

async function renew() {
  const answer = await post(tokenUrl);
  if (answer.ok) device?.updateToken((await answer.json()).token);
}

/** True where no other tab of this browser has the voice: then it is ours until the call ends. */
export function take() {
  if (letGo || !navigator.locks) return Promise.resolve(true);
  return new Promise((answer) => {
    navigator.locks.request("callcenter.voice", { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock && new Promise((release) => (letGo = release));
    });
  });
}

function release() {
  letGo?.();
  letGo = null;
}

/**
 * Joins the call whose connect parameters the server gave with the acceptance.
 *
 * @param {Record<string, string>} params
 */
export async function connect(params) {
  if (isConnected()) return; // the answer to the acceptance, and joining again after the page has loaded, may both ask
  isConnecting = true;
  try {
    if (!(await take())) return;
    if (!device) await prepare(tokenUrl);
    if (isSimulated()) await renew();
    if (device) follow(await device.connect({ params }));
    else release();
  } catch (caught) {
    const error = /** @type {{name?: string, code?: number} | undefined} */ (caught);
    release();
    const isMicrophone = error?.name === "NotAllowedError" || error?.code === 31401 || error?.code === 31208;
    tell("trouble", { kind: isMicrophone ? "microphone" : "connect", code: error?.code });
  } finally {
    isConnecting = false;
  }
}

/** @param {VoiceCall} made */
function follow(made) {
  call = made;
  isMutedNow = false;
  made.on("accept", () => tell("connected"));
  /** @type {SimulatedCall} */ (made).on("heard", (line) => tell("heard", line));
  made.on("error", (error) => tell("trouble", { kind: "call", code: error?.code }));
  made.on("disconnect", () => {
    if (call !== made) return;
    call = null;
    isMutedNow = false;
    release();
    tell("ended");
  });
}

/** @param {boolean} value */
export function mute(value) {
  if (!call) return;
  isMutedNow = value;
  call.mute(value);
  tell("muted", { isMuted: value });
}

export const hangup = () => call?.disconnect();
/** @param {string} keys */
export const digits = (keys) => call?.sendDigits(keys);
/** @param {string} text */
export const speak = (text) => call && "say" in call && call.say(text);

/**
 * Microphone and loudspeaker by the browser's device ids.
 *
 * @param {{input?: string, output?: string}} ids
 */
export async function useDevices({ input, output }) {
  if (!device || !("audio" in device) || !device.audio) return;
  if (input) await device.audio.setInputDevice(input);
  if (output) await device.audio.speakerDevices.set([output]);
}
