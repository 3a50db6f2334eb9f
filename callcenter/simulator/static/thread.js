// The messages with the company, SMS and WhatsApp apart: bubbles in order, a line for each new day or hour.

import { forgetFiles, startCompose } from "./compose.js";
import { between, choice, dayAndTime, field, fill, find, keepingEnd, make, post, shortTime, words } from "./words.js";

/**
 * callcenter/simulator/exchange/messages.py and people.py: a message with its files, and who has this phone.
 *
 * @typedef {{url: string, type: string, name: string}} Media
 * @typedef {object} Message
 * @property {string} sid
 * @property {"sms" | "whatsapp"} channel
 * @property {string} at
 * @property {string} direction
 * @property {string} status
 * @property {string} body
 * @property {string} handed
 * @property {Media[]} media
 * @typedef {{id: string, number: string, hides_number: boolean}} Person
 */

const HOUR = 3_600_000;
const list = find("thread");
const form = /** @type {HTMLFormElement} */ (find("compose"));
const text = field("text");
/** @type {NodeListOf<HTMLInputElement>} */
const channels = document.querySelectorAll('[name="channel"]');
/** @type {Map<string, Message>} of both channels */
const messages = new Map();
/** @type {Map<string, {at: string, state: HTMLElement | null}>} of the open conversation */
const drawn = new Map();
const unread = { sms: 0, whatsapp: 0 };
/** @type {Person} */
let person = { id: "", number: "", hides_number: false };
let isKnown = false;

const channel = () => (channels[1].checked ? "whatsapp" : "sms");
const isVisible = () => !document.hidden && (innerWidth > 900 || document.body.dataset.tab === "messages");
/** @type {(message: Message) => boolean} */
const isMine = (message) => message.direction === "inbound";
// What failed on its way to me is not on my phone.
/** @type {(message: Message | undefined) => boolean} */
const isHere = (message) => Boolean(message && (isMine(message) || /^(delivered|read)$/.test(message.status)));

// Another phone, at once: what is written from now on is this person's, before the thread has come.
/** @param {{id: string, number: string}} other */
export function changePerson({ id, number }) {
  if (id !== person.id) forgetFiles();
  isKnown = false;
  person = { id, number, hides_number: false };
  messages.clear();
  draw();
}

/**
 * @param {Person} found
 * @param {Message[]} all
 */
export function showThread(found, all) {
  isKnown = true;
  person = found;
  messages.clear();
  for (const message of all) messages.set(message.sid, message);
  unread.sms = 0;
  unread.whatsapp = 0;
  draw();
}

function draw() {
  const isHidden = !person.number.startsWith("+");
  const isWhatsapp = channel() === "whatsapp";
  text.disabled = isHidden;
  /** @type {HTMLFieldSetElement} */ (find("channels")).disabled = isHidden;
  for (const control of form.getElementsByTagName("button")) control.disabled = isHidden;
  find("hide").hidden = isHidden || !isWhatsapp || !isKnown;
  field("hides-number").checked = person.hides_number;
  text.placeholder = isWhatsapp ? words.writeWhatsapp : words.writeSms;
  find("text-label").textContent = text.placeholder;
  drawn.clear();
  list.replaceChildren(...(isKnown ? [make("p", "none", isHidden ? words.cannotText : words.noMessages)] : []));
  for (const message of messages.values()) if (isShown(message)) add(message);
  list.scrollTop = list.scrollHeight;
  count(channel(), 0);
}

/** @type {(message: Message) => boolean} */
const isShown = (message) => message.channel === channel() && isHere(message);

/** @param {Message} message */
export function takeMessage(message) {
  const isNew = isHere(message) && !isHere(messages.get(message.sid));
  messages.set(message.sid, message);
  if (isShown(message)) keepingEnd(list, () => add(message));
  if (!isNew) return;
  if (isMine(message)) list.scrollTop = list.scrollHeight;
  else if (!isVisible() || !isShown(message)) count(message.channel, unread[message.channel] + 1);
}

/** @param {Message} message */
function add(message) {
  const entry = drawn.get(message.sid);
  if (entry) {
    if (entry.state) entry.state.textContent = stateOf(message);
    return;
  }
  list.querySelector(".none")?.remove();
  const last = [...drawn.values()].at(-1);
  if (!last || between(message.at, last.at) > HOUR) {
    list.append(make("p", "day", dayAndTime(message.at)));
  }
  list.append(bubble(message));
  const state = isMine(message) ? make("p", "state", stateOf(message)) : null;
  if (state) list.append(state);
  drawn.set(message.sid, { at: message.at, state });
}

/** @param {Message} message */
function bubble(message) {
  const element = make("div", isMine(message) ? "text mine" : "text");
  element.append(...message.media.map(attached));
  if (message.body) element.append(make("span", "", message.body));
  return element;
}

// A picture that the simulator has, or a link to any other file.
/** @param {Media} item */
function attached(item) {
  const isPicture = item.type.startsWith("image/") && item.url.startsWith("/");
  const link = /** @type {HTMLAnchorElement} */ (
    make("a", isPicture ? "picture" : "file", isPicture ? "" : item.name || `${words.file} (${item.type})`)
  );
  link.href = item.url;
  link.target = "_blank";
  link.rel = "noopener";
  if (isPicture) link.append(picture(item));
  return link;
}

/** @param {Media} item */
function picture(item) {
  const image = new Image();
  image.src = item.url;
  image.alt = item.name || words.picture;
  return image;
}

/** @param {Message} message */
function stateOf(message) {
  /** @type {Record<string, string>} */
  const ends = { delivered: words.delivered, failed: words.notDelivered };
  const word = ends[message.handed] ?? words.sending;
  return `${shortTime(message.at)} · ${word}`;
}

/**
 * @param {"sms" | "whatsapp"} which
 * @param {number} to
 */
function count(which, to) {
  unread[which] = to;
  const sum = unread.sms + unread.whatsapp;
  for (const [id, n] of Object.entries({ badge: sum, "new-sms": unread.sms, "new-whatsapp": unread.whatsapp })) {
    find(id).hidden = !n;
    find(id).textContent = n ? String(n) : "";
  }
  find("unread").textContent = sum ? fill(words.unread, { n: sum }) : "";
}

export const seen = () => count(channel(), 0);

async function hideOrShow() {
  const found = await post("/control/people", { ...person, hides_number: field("hides-number").checked });
  if (found.id === person.id) person = found;
}

// Both ends of what I write, and by which channel; the simulator hides my number if I want that.
function ends() {
  const prefix = channel() === "whatsapp" ? "whatsapp:" : "";
  return { from: prefix + person.number, to: prefix + choice("number").value };
}

/** @param {(error: unknown) => void} complain */
export function startThread(complain) {
  startCompose(ends, complain);
  for (const input of channels) input.addEventListener("change", draw);
  find("hides-number").addEventListener("change", () => hideOrShow().catch(complain));
  for (const kind of ["focusin", "pointerdown"]) find("messages").addEventListener(kind, seen);
  document.addEventListener("visibilitychange", () => isVisible() && seen());
}
