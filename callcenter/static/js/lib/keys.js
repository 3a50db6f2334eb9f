// The keyboard. Elements say what they do by data-act; which key does it stands here and may be changed by each person.
// Single keys act only when no field has focus; F-keys and Ctrl with Enter always. Input by IME never triggers anything.

import { politely } from "./announce.js";
import { say } from "./words.js";

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
const ALWAYS = { F4: "mute", F8: "hold" };
const KEPT = "callcenter.keys";
const TWICE_MS = 2000;
const own = new Map();
const ofPage = new Map();
let armed = null;
let changing = null;

let mine = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(mine));
  show();
}

function keyOf(act) {
  return mine.keys?.[act] ?? USUAL[act];
}

/** An act that is no element: the function is called when its key is pressed. */
export function does(act, doing) {
  own.set(act, doing);
}

/** A single key of one page alone; it comes before the usual ones. */
export function here(key, doing) {
  ofPage.set(key, doing);
}

function isWriting(target) {
  return target.closest?.(
    "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]",
  );
}

function named(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return event.shiftKey && key.length > 1 ? `Shift ${key}` : key;
}

function press(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (changing) return change(event);
  if (event.key === "Escape") return leave(event);
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const name = named(event);
  const isSingle = event.key.length === 1;
  if (isSingle && (isWriting(event.target) || mine.singleOff)) return;
  if (ofPage.has(name)) {
    event.preventDefault();
    return ofPage.get(name)();
  }
  const act = ALWAYS[name] ?? Object.keys(USUAL).find((each) => keyOf(each) === name);
  if (act && perform(act)) return event.preventDefault();
  if (/^[1-9]$/.test(name) && choose(Number(name))) event.preventDefault();
}

function leave(event) {
  if (isWriting(event.target)) return event.target.blur();
  const menus = document.querySelectorAll("details[data-menu][open]");
  if (!menus.length && !event.target.closest("dialog")) document.querySelector("[data-esc]")?.click();
  menus.forEach((menu) => (menu.open = false));
}

function send(event) {
  const button =
    event.target.closest("form")?.querySelector("[data-send]") ?? document.querySelector("[data-send-default]");
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
}

function perform(act) {
  const elements = [...document.querySelectorAll(`[data-act="${act}"]`)];
  const element = elements.find((each) => !each.disabled && !isOutOfReach(each));
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
    if (element.matches("summary")) element.parentElement.querySelector("select, input")?.focus();
  }
  return true;
}

/** A menu cannot be disabled as a button can. */
function isOutOfReach(element) {
  return element.matches("summary[data-needs-server]") && document.body.classList.contains("is-cut-off");
}

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

function choose(nth) {
  const lists = ["details[open] [data-choice]", "[data-give-nth]", "[data-outcome]", "[data-nth]"];
  const rows = lists.map((each) => document.querySelectorAll(each)).find((each) => each.length) ?? [];
  const row = rows[nth - 1];
  row?.click();
  return Boolean(row);
}

function change(event) {
  event.preventDefault();
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const act = changing.dataset.changeKey;
  const name = named(event);
  const said = document.querySelector("[data-keys-said]");
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

/** Shows the keys that really act: those changed, and none of the single ones where they are off. */
export function show(inside = document) {
  inside.querySelectorAll("[data-key-of]").forEach((element) => {
    const key = keyOf(element.dataset.keyOf);
    if (!key) return;
    element.textContent = element.dataset.keyTwice !== undefined ? `${key} ${key}` : key;
    element.hidden = Boolean(mine.singleOff) && key.length === 1 && !element.closest("dialog");
  });
  const single = document.querySelector("[data-single-keys]");
  if (single) single.checked = !mine.singleOff;
}

export function start() {
  document.addEventListener("keydown", press);
  document.addEventListener("htmx:afterSettle", (event) => show(event.target.parentElement ?? document));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-change-key]");
    if (!button) return;
    changing = button;
    button.querySelector("[data-key-of]").textContent = say("press_a_key");
  });
  document.querySelector("[data-single-keys]")?.addEventListener("change", (event) => {
    mine = { ...mine, singleOff: !event.target.checked };
    keep();
  });
  document.querySelector("[data-keys-reset]")?.addEventListener("click", () => {
    mine = {};
    keep();
  });
  document
    .querySelectorAll("button[data-act='keys']")
    .forEach((button) => button.addEventListener("click", () => document.querySelector("#keys-list").showModal()));
  show();
}
