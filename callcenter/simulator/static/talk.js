// The call: what was heard, spoken and pressed as a list, and who is on the line. Knows lines, not the network.

import {
  between,
  clock,
  company,
  duration,
  exactTime,
  fill,
  find,
  icon,
  keepingEnd,
  make,
  since,
  words,
} from "./words.js";

/**
 * callcenter/simulator/views.py: a call, and one line of what was heard in it.
 *
 * @typedef {{n: number, call_sid: string, type: string, at: string, who: string, text: string, language?: string}} Line
 * @typedef {object} Call
 * @property {string} sid
 * @property {string} direction
 * @property {string} status
 * @property {boolean} is_over
 * @property {boolean} [hold]
 * @property {boolean} [muted]
 * @property {string | null} [ended]
 * @property {Line[]} transcript
 */

const list = find("heard");
/** @type {Record<string, string>} */
const NOTES = {
  music: "music",
  silence: "silence",
  hold: "hold",
  beep: "beep",
};
/** @type {Record<string, string>} */
const ENDINGS = { busy: "busy", failed: "failed", "no-answer": "noAnswer", canceled: "canceled" };
/** @type {Record<string, string>} */
const RECORDINGS = { "in-progress": "recordingOn", paused: "recordingPaused" };
/** @type {Call | null} */
let call = null;
/** @type {Line[]} */
let lines = [];
/** @type {(Line & {element: HTMLElement, hasMusic?: boolean}) | null} */
let open = null;

export const current = () => call;
export const isLive = () => Boolean(call && !call.is_over);
export const isRingingHere = () => isLive() && call?.direction !== "inbound" && call?.status !== "in-progress";

/** @param {Call | null} found */
export function showCall(found) {
  call = found;
  lines = [];
  open = null;
  list.replaceChildren();
  found?.transcript.forEach(add);
  showEnd();
}

export function showEnd() {
  list.scrollTop = list.scrollHeight;
}

// Whether the page knows more of this call than an answer that was on its way.
/** @param {Call | null} found */
export const isOlder = (found) => found?.sid === call?.sid && (found?.transcript.length ?? 0) <= lines.length;

// A line of a call; true if the page has to ask: a new call, or a line was missed.
/** @param {Line} line */
export function takeLine(line) {
  if (!call || (line.call_sid !== call.sid && line.n === 1)) return true;
  if (line.call_sid !== call.sid || line.n <= lines.length) return false;
  if (line.n > lines.length + 1) return true;
  keepingEnd(list, () => add(line));
  return false;
}

/** @param {Line} line */
function add(line) {
  lines.push(line);
  close(line);
  follow(line);
  const element = draw(line);
  if (element) list.append(element);
}

// What a line changes in the call itself.
/** @param {Line} line */
function follow(line) {
  if (!call) return;
  if (line.type === "connected") call.status = "in-progress";
  if (line.type === "hold") call.hold = true;
  if (line.type === "resumed") call.hold = false;
  if (line.type === "muted" && line.who === "you") call.muted = true;
  if (line.type === "unmuted" && line.who === "you") call.muted = false;
  if (line.type === "ended") {
    call.is_over = true;
    call.ended = line.at;
    call.status = line.text;
  }
}

// Music gets its length once something else is heard, being held once it is over.
/** @param {Line} line */
function close(line) {
  const lasts = open?.type === "hold" ? ["resumed", "left", "ended"].includes(line.type) : line.type !== "beep";
  if (!open || !lasts) return;
  const length = duration(between(line.at, open.at));
  const music = open.hasMusic ? ` · ${words.music}` : "";
  const label = open.element.querySelector("span");
  if (label) label.textContent = `${words[NOTES[open.type]]} ${length}${music}`;
  open = null;
}

/**
 * @param {Line} line
 * @returns {HTMLElement | null}
 */
function draw(line) {
  list.querySelector(".now")?.classList.remove("now");
  const at = since(between(line.at, lines[0].at));
  if (line.type === "announcement" || line.type === "menu") {
    return bubble("now", words[line.type], at, line.text, line.language);
  }
  if (line.type === "heard") return bubble("agent", line.who || words.agent, at, line.text);
  if (line.type === "spoke") return bubble("mine", words.you, at, line.text);
  if (line.type === "pressed") return press(line, at);
  if (line.type === "recording") return note(recording(line.text), null);
  if (line.type === "ended")
    return note(`${exactTime(line.at)} · ${ending(line)}`, "phone-end", line.text !== "completed");
  if (line.type === "joined" || line.type === "left") {
    const sentence = fill(line.type === "joined" ? words.hasJoined : words.hasLeft, { who: nameOf(line.who) });
    return note(`${exactTime(line.at)} · ${sentence}`, "phone");
  }
  if (line.type === "muted" || line.type === "unmuted") {
    return note(words[`${line.type}By${line.who === "you" ? "You" : "Company"}`]);
  }
  return line.type in NOTES ? sound(line) : null;
}

// Music on hold is reported by the note of the hold itself.
/** @param {Line} line */
function sound(line) {
  if (open?.type === "hold" && line.type === "music") {
    if (!open.hasMusic) open.element.querySelector("span")?.append(` · ${words.music}`);
    open.hasMusic = true;
    return null;
  }
  const element = note(words[NOTES[line.type]], ["music", "hold"].includes(line.type) ? line.type : null);
  if (line.type === "music" || line.type === "hold") open = { ...line, element };
  return element;
}

/** @param {string} who */
const nameOf = (who) => (/^(agent-\d|client:)/.test(who) ? words.agent : who || words.agent);

/**
 * @param {string} kind
 * @param {string} who
 * @param {string} at
 * @param {string} text
 * @param {string} [tongue]
 */
function bubble(kind, who, at, text, tongue) {
  const element = make("div", `bubble ${kind}`);
  element.append(make("small", "", `${who} · ${at}`));
  const label = make("span", "", text);
  if (tongue) label.lang = tongue;
  element.append(label);
  return element;
}

// Keys pressed one after the other share a bubble: 1, then 2.
/**
 * @param {Line} line
 * @param {string} at
 */
function press(line, at) {
  const last = /** @type {HTMLElement | null} */ (list.lastElementChild);
  if (last?.dataset.kind === "pressed") {
    last.lastElementChild?.append(words.then + line.text);
    return null;
  }
  const element = bubble("mine", words.youPressed, at, line.text);
  element.dataset.kind = "pressed";
  return element;
}

/**
 * @param {string} text
 * @param {string | null} [picture]
 * @param {boolean} [isBad]
 */
function note(text, picture, isBad) {
  const element = make("p", isBad ? "note bad" : "note");
  if (picture) element.append(icon(picture));
  element.append(make("span", "", text));
  return element;
}

/** @param {string} state */
const recording = (state) => words[RECORDINGS[state] ?? "recordingOff"];

/** @param {Line} line */
function ending(line) {
  if (line.text in ENDINGS) return words[ENDINGS[line.text]];
  if (line.who === "you") return words.youHungUp;
  return line.who === "company" ? words.theyHungUp : words.networkHungUp;
}

// Milliseconds from ringing until another person joined, or until now.
/** @param {string} now */
function waited(now) {
  if (!lines.length) return 0;
  const met = lines.find((line) => line.type === "joined");
  return between(met?.at ?? call?.ended ?? now, lines[0].at);
}

// Who is on the line, in words, for the head of the call.
/** @param {string} now */
function situation(now) {
  if (!call) return words.noCall;
  if (call.is_over) return words.ended;
  if (call.status !== "in-progress") return words.ringing;
  if (call.hold) {
    const held = lines.findLast((line) => line.type === "hold");
    return fill(words.onHold, { time: since(between(now, held?.at ?? now)) });
  }
  const others = new Set();
  for (const line of lines) {
    if (line.type === "joined") others.add(nameOf(line.who));
    if (line.type === "left") others.delete(nameOf(line.who));
  }
  if (others.size) return fill(words.withWho, { who: [...others].join(", ") });
  return lines.some((line) => line.type === "waiting") ? words.waiting : words.connected;
}

/**
 * @param {string} id of a button
 * @param {string} text
 */
function write(id, text) {
  const label = find(id).querySelector("span");
  if (label) label.textContent = text;
}

// Redraw what changes with the second and with the state of the call.
/** @param {{name: string, display: string}} person */
export function tick(person) {
  const now = new Date().toISOString();
  const live = isLive() && !isRingingHere();
  const text = situation(now);
  find("subtitle").textContent =
    innerWidth > 900 ? `${person.display} · ${fill(words.youAre, { who: person.name })}` : text;
  const started = lines[0]?.at ?? now;
  find("timer").textContent = call ? clock(between(call.ended ?? now, started)) : "";
  find("clock-words").textContent = call?.is_over ? fill(words.lasted, { time: since(waited(now)) }) : call ? text : "";
  find("mark").classList.toggle("live", isLive());
  find("mark").replaceChildren(icon(call?.is_over ? "phone-off" : "phone"));
  find("ring").hidden = !isRingingHere();
  find("ring-words").textContent = fill(words.isCalling, { who: company });
  for (const id of ["end", "end-round"]) find(id).hidden = !live;
  for (const id of ["call", "call-round"]) find(id).hidden = isLive();
  write("call", call ? words.callAgain : words.call);
  const canSpeak = live && call?.status === "in-progress";
  /** @type {NodeListOf<HTMLButtonElement>} */
  const spoken = document.querySelectorAll(".keys button, #mute, #say, #words");
  for (const button of spoken) button.disabled = !canSpeak;
  find("mute").setAttribute("aria-pressed", String(Boolean(canSpeak && call?.muted)));
  write("mute", canSpeak && call?.muted ? words.unmute : words.mute);
}
