// The keyboard. Elements say what they do by data-act; which key does it stands here and may be changed by each person.
// Single keys act only when no field has focus; F-keys and Ctrl with Enter always. Input by IME never triggers anything.

import { politely } from "./announce.js";
import { must, origin } from "./dom.js";
import { say } from "./words.js";

/** @type {Record<string, string>} */
const USUAL = {
  accept: "F2",
  decline: "Shift F2",
  mute: "M",
  hold: "H",
  keypad: "K",
  transfer: "T",
  give: "G",
  answer_supervisor: "R",
  end: "E",
  note: "N",
  sms: "S",
  solve: "O",
  more_time: "+",
  find: "/",
  available: "A",
  break: "B",
  previous_zone: "[",
  next_zone: "]",
  card: "I",
  keys: "?",
};
/** @type {Record<string, string>} */
const ALWAYS = { F4: "mute", F8: "hold" };
const KEPT = "callcenter.keys";
const TWICE_MS = 2000;
/** @type {Map<string, () => void>} */
const own = new Map();
/** @type {Map<string, () => void>} */
const ofPage = new Map();
/** @type {HTMLElement | null} */
let armed = null;
/** @type {HTMLElement | null} */
let changing = null;

let mine = read();

/** @returns {{keys?: Record<string, string>, singleOff?: boolean}} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(mine));
  show();
}

/**
 * @param {string} act
 * @returns {string | undefined}
 */
function keyOf(act) {
  return mine.keys?.[act] ?? USUAL[act];
}

/**
 * An act that is no element: the function is called when its key is pressed.
 *
 * @param {string} act
 * @param {() => void} doing
 */
export function does(act, doing) {
  own.set(act, doing);
}

/**
 * A single key of one page alone; it comes before the usual ones.
 *
 * @param {string} key
 * @param {() => void} doing
 */
export function here(key, doing) {
  ofPage.set(key, doing);
}

/** @param {HTMLElement} target */
function isWriting(target) {
  return target.closest?.(
    "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]",
  );
}

/** @param {KeyboardEvent} event */
function named(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return event.shiftKey && key.length > 1 ? `Shift ${key}` : key;
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (changing) return change(event, changing);
  if (event.key === "Escape") return leave(event);
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const name = named(event);
  const isSingle = event.key.length === 1;
  if (isSingle && (isWriting(origin(event)) || mine.singleOff)) return;
  const ofThisPage = ofPage.get(name);
  if (ofThisPage) {
    event.preventDefault();
    return ofThisPage();
  }
  const act = ALWAYS[name] ?? Object.keys(USUAL).find((each) => keyOf(each) === name);
  if (act && perform(act)) return event.preventDefault();
  if (/^[1-9]$/.test(name) && choose(Number(name))) event.preventDefault();
}

/** @param {KeyboardEvent} event */
function leave(event) {
  if (isWriting(origin(event))) return origin(event).blur();
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const menus = document.querySelectorAll("details[data-menu][open]");
  if (!menus.length && !origin(event).closest("dialog")) document.querySelector("[data-esc]")?.click();
  menus.forEach((menu) => (menu.open = false));
}

/** @param {KeyboardEvent} event */
function send(event) {
  const form = origin(event).closest("form");
  /** @type {Button | null} */
  const button = form?.querySelector("[data-send]") ?? document.querySelector("[data-send-default]");
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
}

/** @param {string} act */
function perform(act) {
  /** @type {NodeListOf<Button & HTMLInputElement>} */
  const elements = document.querySelectorAll(`[data-act="${act}"]`);
  const element = [...elements].find((each) => !each.disabled && !isOutOfReach(each));
  if (!element) {
    own.get(act)?.();
    return own.has(act);
  }
  if (element.matches("input, textarea")) {
    element.focus();
    element.select?.();
  } else if ("twice" in element.dataset) {
    twice(element);
  } else {
    element.click();
    if (element.matches("summary")) element.parentElement?.querySelector("select, input")?.focus();
  }
  return true;
}

/**
 * A menu cannot be disabled as a button can.
 *
 * @param {Element} element
 */
function isOutOfReach(element) {
  return element.matches("summary[data-needs-server]") && document.body.classList.contains("is-cut-off");
}

/** @param {HTMLElement} element */
function twice(element) {
  if (armed === element) {
    disarm();
    return element.click();
  }
  armed = element;
  element.classList.add("is-armed");
  politely(say("press_again"));
  setTimeout(() => armed === element && disarm(), TWICE_MS);
}

function disarm() {
  armed?.classList.remove("is-armed");
  armed = null;
}

/** @param {number} nth */
function choose(nth) {
  const lists = ["details[open] [data-choice]", "[data-give-nth]", "[data-outcome]", "[data-nth]"];
  const rows = lists.map((each) => document.querySelectorAll(each)).find((each) => each.length) ?? [];
  const row = rows[nth - 1];
  row?.click();
  return Boolean(row);
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} button
 */
function change(event, button) {
  event.preventDefault();
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const act = button.dataset.changeKey ?? "";
  const name = named(event);
  const said = must("[data-keys-said]");
  const taken = Object.keys(USUAL).some((each) => each !== act && keyOf(each) === name);
  if (taken || name in ALWAYS || /^[1-9]$/.test(name)) {
    said.textContent = say("takes_key", { key: name });
  } else if (event.key !== "Escape") {
    mine = { ...mine, keys: { ...mine.keys, [act]: name } };
    said.textContent = "";
  }
  changing = null;
  keep();
}

/** @type {() => HTMLInputElement | null} */
const singleKeys = () => document.querySelector("[data-single-keys]");

/**
 * Shows the keys that really act: those changed, and none of the single ones where they are off.
 *
 * @param {ParentNode} [inside]
 */
export function show(inside = document) {
  inside.querySelectorAll("[data-key-of]").forEach((element) => {
    const key = keyOf(element.dataset.keyOf ?? "");
    if (!key) return;
    element.textContent = element.dataset.keyTwice !== undefined ? `${key} ${key}` : key;
    element.hidden = Boolean(mine.singleOff) && key.length === 1 && !element.closest("dialog");
  });
  const single = singleKeys();
  if (single) single.checked = !mine.singleOff;
}

export function start() {
  document.addEventListener("keydown", press);
  document.addEventListener("htmx:afterSettle", (event) => show(event.target.parentElement ?? document));
  document.addEventListener("click", (event) => {
    const button = origin(event).closest("[data-change-key]");
    if (!button) return;
    changing = button;
    must("[data-key-of]", button).textContent = say("press_a_key");
  });
  const single = singleKeys();
  single?.addEventListener("change", () => {
    mine = { ...mine, singleOff: !single.checked };
    keep();
  });
  document.querySelector("[data-keys-reset]")?.addEventListener("click", () => {
    mine = {};
    keep();
  });
  document
    .querySelectorAll("button[data-act='keys']")
    .forEach((button) =>
      button.addEventListener("click", () => /** @type {HTMLDialogElement} */ (must("#keys-list")).showModal()),
    );
  show();
}
