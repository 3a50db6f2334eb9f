// The agent's voice line: the telephone company's browser device, or the pretended one of the demo, behind one face.
// Events (on the exported target): ready, connected, ended, muted, heard, trouble.

import { post } from "./csrf.js";
import { SimulatedDevice } from "./simulated_device.js";

export const events = new EventTarget();

let device = null;
let call = null;
let tokenUrl = null;
let isMutedNow = false;
let letGo = null;

function tell(name, detail = {}) {
  events.dispatchEvent(new CustomEvent(name, { detail }));
}

export const isConnected = () => call !== null;
export const isMuted = () => isMutedNow;
export const isSimulated = () => device instanceof SimulatedDevice;

/** Fetches a token and readies the device, so that the microphone is asked for before the first offer, not during it. */
export async function prepare(url) {
  tokenUrl = url;
  const answer = await post(url);
  if (!answer.ok) return tell("trouble", { kind: "token" });
  const given = await answer.json();
  device = given.device_url ? new SimulatedDevice(given.device_url, given.token) : await realDevice(given.token);
  tell("ready", { isSimulated: isSimulated() });
  return device;
}

async function realDevice(token) {
  const { Device } = await import("@twilio/voice-sdk");
  const made = new Device(token, { codecPreferences: ["opus", "pcmu"], closeProtection: true });
  made.on("tokenWillExpire", renew);
  made.on("error", (error) => tell("trouble", { kind: "device", code: error.code }));
  return made;
}

async function renew() {
  const answer = await post(tokenUrl);
  if (answer.ok) device.updateToken((await answer.json()).token);
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

/** Joins the call whose connect parameters the server gave with the acceptance. */
export async function connect(params) {
  if (call || !(await take())) return;
  try {
    if (!device) await prepare(tokenUrl);
    if (isSimulated()) await renew();
    follow(await device.connect({ params }));
  } catch (error) {
    release();
    const isMicrophone = error?.name === "NotAllowedError" || error?.code === 31401 || error?.code === 31208;
    tell("trouble", { kind: isMicrophone ? "microphone" : "connect", code: error?.code });
  }
}

function follow(made) {
  call = made;
  isMutedNow = false;
  made.on("accept", () => tell("connected"));
  made.on("heard", (line) => tell("heard", line));
  made.on("error", (error) => tell("trouble", { kind: "call", code: error?.code }));
  made.on("disconnect", () => {
    if (call !== made) return;
    call = null;
    isMutedNow = false;
    release();
    tell("ended");
  });
}

export function mute(value) {
  if (!call) return;
  isMutedNow = value;
  call.mute(value);
  tell("muted", { isMuted: value });
}

export const hangup = () => call?.disconnect();
export const digits = (keys) => call?.sendDigits(keys);
export const speak = (text) => call?.say?.(text);

/** Microphone and loudspeaker by the browser's device ids. */
export async function useDevices({ input, output }) {
  if (!device?.audio) return;
  if (input) await device.audio.setInputDevice(input);
  if (output) await device.audio.speakerDevices.set([output]);
}
