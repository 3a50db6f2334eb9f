// Mute, keypad and hang up act on the voice line itself, so they work while the server cannot be reached.

import htmx from "htmx.org";
import { loudly } from "./announce.js";
import { must, origin } from "./dom.js";
import * as live from "./live.js";
import * as sounds from "./sounds.js";
import * as voice from "./voice.js";
import { say } from "./words.js";

const STILL_ON_CALL_MS = 3000;

/** @param {ParentNode} [inside] */
function showMute(inside = document) {
  inside.querySelectorAll("[data-voice-mute]").forEach((button) => {
    button.setAttribute("aria-pressed", String(voice.isMuted()));
    const word = button.querySelector("[data-word]");
    if (word) word.textContent = say(voice.isMuted() ? "unmute" : "mute");
  });
}

/** @param {Event} event */
function pressed(event) {
  if (origin(event).closest("[data-voice-mute]")) voice.mute(!voice.isMuted());
  const digit = origin(event).closest("[data-digit]");
  if (digit) voice.digits(digit.dataset.digit ?? "");
  if (origin(event).closest("[data-act='keypad']")) toggleKeypad();
  const end = origin(event).closest("[data-hang-up]");
  if (end && !live.isLive()) {
    event.preventDefault();
    event.stopPropagation();
    voice.hangup();
  }
}

function toggleKeypad() {
  const pad = document.querySelector("[data-keypad]");
  if (!pad) return;
  pad.hidden = !pad.hidden;
  if (!pad.hidden) must("button", pad).focus();
}

/** @param {{type?: string, who?: string, text?: string}} line */
function heard({ type, who, text }) {
  const list = document.querySelector("[data-voice-heard]");
  if (!list) return;
  const line = document.createElement("p");
  const isMe = type === "spoke";
  line.classList.toggle("is-me", isMe);
  const name = isMe ? say("you") : who === "customer" ? say("customer") : who;
  line.append(Object.assign(document.createElement("b"), { textContent: name ?? "" }));
  line.append(Object.assign(document.createElement("span"), { textContent: text ?? "" }));
  list.append(line);
  list.scrollTop = list.scrollHeight;
}

/** What was said of a broken line goes once there is no call of mine to be on. */
function forgetTrouble() {
  const notice = document.querySelector("[data-voice-trouble]")?.closest(".notice");
  if (notice?.dataset.kind === "call" && !document.querySelector("#now")?.dataset.joinUrl) notice.hidden = true;
}

function offerToJoin() {
  if (document.querySelector("#now")?.dataset.joinUrl && !voice.isConnected()) trouble({ kind: "call" });
}

/** @param {{kind: string}} what */
function trouble({ kind }) {
  const place = document.querySelector("[data-voice-trouble]");
  if (!place) return;
  place.textContent = say(kind === "microphone" ? "mic_blocked" : "voice_lost");
  const box = /** @type {HTMLElement} */ (place.closest(".notice"));
  box.dataset.kind = kind;
  box.hidden = false;
  must("[data-join-again]", box).hidden = kind === "token";
  loudly(place.textContent);
}

/** The server says that I am on a call, and this browser hears nothing: the page was loaded anew, or the line broke. */
async function joinAgain() {
  const url = document.querySelector("#now")?.dataset.joinUrl;
  if (!url || voice.isConnected() || !(await voice.take())) return;
  htmx.ajax("post", url, { target: "#now", swap: "outerHTML" }).catch(() => trouble({ kind: "call" }));
}

/** @param {boolean} value */
function inCall(value) {
  sounds.setInCall(value);
  const strip = document.querySelector("[data-voice-strip]");
  if (strip) strip.hidden = !(value && voice.isSimulated());
  if (value) document.querySelector("[data-voice-heard]")?.replaceChildren();
  if (value) document.querySelector("[data-voice-trouble]")?.closest(".notice")?.setAttribute("hidden", "");
  showMute();
}

/** @param {HTMLElement} desk */
export function start(desk) {
  document.addEventListener("click", pressed, true);
  document.addEventListener("htmx:afterSettle", (event) => showMute(event.target));
  document.addEventListener("htmx:afterSettle", forgetTrouble);
  document.addEventListener("voice:connect", (event) => voice.connect(event.detail.params ?? event.detail));
  voice.on("connected", () => inCall(true));
  voice.on("ended", () => inCall(false));
  voice.on("muted", () => showMute());
  voice.on("heard", heard);
  voice.on("trouble", trouble);
  document.addEventListener("submit", (event) => {
    if (!origin(event).matches("[data-voice-say]")) return;
    event.preventDefault();
    /** @type {HTMLInputElement} */
    const field = must("[name=words]", origin(event));
    if (field.value.trim()) voice.speak(field.value.trim());
    field.value = "";
  });
  document.addEventListener("click", (event) => origin(event).closest("[data-join-again]") && joinAgain());
  voice.on("ended", () => setTimeout(() => live.isLive() && offerToJoin(), STILL_ON_CALL_MS));
  voice.prepare(desk.dataset.voiceTokenUrl ?? "").then(joinAgain, () => trouble({ kind: "token" }));
}
