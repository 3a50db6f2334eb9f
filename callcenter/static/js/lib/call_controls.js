// Mute, keypad and hang up act on the voice line itself, so they work while the server cannot be reached.

import htmx from "htmx.org";
import { loudly } from "./announce.js";
import * as live from "./live.js";
import * as sounds from "./sounds.js";
import * as voice from "./voice.js";
import { say } from "./words.js";

const STILL_ON_CALL_MS = 3000;

function showMute(inside = document) {
  inside.querySelectorAll("[data-voice-mute]").forEach((button) => {
    button.setAttribute("aria-pressed", String(voice.isMuted()));
    const word = button.querySelector("[data-word]");
    if (word) word.textContent = say(voice.isMuted() ? "unmute" : "mute");
  });
}

function pressed(event) {
  if (event.target.closest("[data-voice-mute]")) voice.mute(!voice.isMuted());
  const digit = event.target.closest("[data-digit]");
  if (digit) voice.digits(digit.dataset.digit);
  if (event.target.closest("[data-act='keypad']")) toggleKeypad();
  const end = event.target.closest("[data-hang-up]");
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
  if (!pad.hidden) pad.querySelector("button").focus();
}

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

function trouble({ kind }) {
  const place = document.querySelector("[data-voice-trouble]");
  if (!place) return;
  place.textContent = say(kind === "microphone" ? "mic_blocked" : "voice_lost");
  const box = place.closest(".notice");
  box.dataset.kind = kind;
  box.hidden = false;
  box.querySelector("[data-join-again]").hidden = kind === "token";
  loudly(place.textContent);
}

/** The server says that I am on a call, and this browser hears nothing: the page was loaded anew, or the line broke. */
async function joinAgain() {
  const url = document.querySelector("#now")?.dataset.joinUrl;
  if (!url || voice.isConnected() || !(await voice.take())) return;
  htmx.ajax("POST", url, { target: "#now", swap: "outerHTML" }).catch(() => trouble({ kind: "call" }));
}

function inCall(value) {
  sounds.setInCall(value);
  const strip = document.querySelector("[data-voice-strip]");
  if (strip) strip.hidden = !(value && voice.isSimulated());
  if (value) document.querySelector("[data-voice-heard]")?.replaceChildren();
  if (value) document.querySelector("[data-voice-trouble]")?.closest(".notice").setAttribute("hidden", "");
  showMute();
}

export function start(desk) {
  document.addEventListener("click", pressed, true);
  document.addEventListener("htmx:afterSettle", (event) => showMute(event.target));
  document.addEventListener("htmx:afterSettle", forgetTrouble);
  document.addEventListener("voice:connect", (event) => voice.connect(event.detail.params ?? event.detail));
  voice.events.addEventListener("connected", () => inCall(true));
  voice.events.addEventListener("ended", () => inCall(false));
  voice.events.addEventListener("muted", () => showMute());
  voice.events.addEventListener("heard", (event) => heard(event.detail));
  voice.events.addEventListener("trouble", (event) => trouble(event.detail));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-voice-say]")) return;
    event.preventDefault();
    const field = event.target.elements.words;
    if (field.value.trim()) voice.speak(field.value.trim());
    field.value = "";
  });
  document.addEventListener("click", (event) => event.target.closest("[data-join-again]") && joinAgain());
  voice.events.addEventListener("ended", () => setTimeout(() => live.isLive() && offerToJoin(), STILL_ON_CALL_MS));
  voice.prepare(desk.dataset.voiceTokenUrl).then(joinAgain, () => trouble({ kind: "token" }));
}
