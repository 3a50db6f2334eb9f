// The messages with the company: bubbles in order, a line for each new day or hour, delivery under my own.

import { between, choice, dayAndTime, field, fill, find, keepingEnd, make, post, shortTime, words } from "./words.js";

const HOUR = 3_600_000;
const list = find("thread");
/** @typedef {{sid: string, at: string, direction: string, body: string, handed: string}} Message */

const form = /** @type {HTMLFormElement} */ (find("compose"));
const text = field("text");
/** @type {Map<string, {at: string, state: HTMLElement | null}>} */
const known = new Map();
let number = "";
let unread = 0;

const isVisible = () => !document.hidden && (innerWidth > 900 || document.body.dataset.tab === "messages");

/**
 * @param {{number: string}} person
 * @param {Message[]} messages
 */
export function showThread(person, messages) {
  number = person.number;
  known.clear();
  list.replaceChildren();
  const isHidden = !number.startsWith("+");
  text.disabled = isHidden;
  for (const button of form.getElementsByTagName("button")) button.disabled = isHidden;
  list.append(make("p", "none", isHidden ? words.cannotText : words.noMessages));
  messages.forEach(add);
  list.scrollTop = list.scrollHeight;
  count(0);
}

/** @param {Message} message */
export function takeMessage(message) {
  const isNew = !known.has(message.sid);
  keepingEnd(list, () => add(message));
  if (isNew && message.direction !== "inbound" && !isVisible()) count(unread + 1);
  if (isNew && message.direction === "inbound") list.scrollTop = list.scrollHeight;
}

/** @param {Message} message */
function add(message) {
  const shown = known.get(message.sid);
  if (shown) {
    if (shown.state) shown.state.textContent = stateOf(message);
    return;
  }
  list.querySelector(".none")?.remove();
  const last = [...known.values()].at(-1);
  if (!last || between(message.at, last.at) > HOUR) {
    list.append(make("p", "day", dayAndTime(message.at)));
  }
  const isMine = message.direction === "inbound";
  list.append(make("div", isMine ? "text mine" : "text", message.body));
  const state = isMine ? make("p", "state", stateOf(message)) : null;
  if (state) list.append(state);
  known.set(message.sid, { at: message.at, state });
}

/** @param {Message} message */
function stateOf(message) {
  /** @type {Record<string, string>} */
  const ends = { delivered: words.delivered, failed: words.notDelivered };
  const word = ends[message.handed] ?? words.sending;
  return `${shortTime(message.at)} · ${word}`;
}

/** @param {number} to */
function count(to) {
  unread = to;
  find("badge").hidden = !unread;
  find("badge").textContent = unread ? String(unread) : "";
  find("unread").textContent = unread ? fill(words.unread, { n: unread }) : "";
}

export const seen = () => count(0);

/** @param {(error: unknown) => void} complain */
export function startThread(complain) {
  /** @param {Event} event */
  const send = async (event) => {
    event?.preventDefault();
    const body = text.value;
    if (!body.trim()) return;
    try {
      await post("/control/messages", { from: number, to: choice("number").value, body });
      text.value = "";
    } catch (error) {
      complain(error);
    }
  };
  form.addEventListener("submit", send);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  });
  for (const kind of ["focusin", "pointerdown"]) find("messages").addEventListener(kind, seen);
  document.addEventListener("visibilitychange", () => isVisible() && seen());
}
