// The composer: tabs, the count of SMS, and a conversation that stays at its end only if it was there.

import { post } from "./csrf.js";
import { must, origin } from "./dom.js";
import { does } from "./keys.js";
import * as live from "./live.js";
import { count } from "./segments.js";
import { say } from "./words.js";

let wasAtEnd = true;

/** @type {(inside: ParentNode) => NodeListOf<HTMLTextAreaElement>} */
const fields = (inside) => inside.querySelectorAll("[data-segments]");

/** @param {string} name */
export function open(name) {
  const tab = document.querySelector(`[data-tab="${name}"]`);
  if (!tab) return;
  const box = tab.closest("[data-tabs]");
  if (!box) return;
  box.querySelectorAll("[data-tab]").forEach((each) => each.setAttribute("aria-selected", String(each === tab)));
  box.querySelectorAll("[data-tab-panel]").forEach((panel) => (panel.hidden = panel.dataset.tabPanel !== name));
  box.querySelector(`[data-tab-panel="${name}"] textarea`)?.focus();
}

/** @param {HTMLTextAreaElement} field */
function counted(field) {
  const place = field.closest("form")?.querySelector("[data-segments-said]");
  if (place) place.textContent = say("segments", count(field.value));
}

/** @param {HTMLInputElement} input */
function attached(input) {
  const place = input.closest("form")?.querySelector("[data-attached]");
  if (place) place.textContent = [...(input.files ?? [])].map((file) => file.name).join(", ");
}

/** @param {HTMLElement} roll */
function isAtEnd(roll) {
  return roll.scrollHeight - roll.scrollTop - roll.clientHeight < 24;
}

function toEnd() {
  const roll = document.querySelector("[data-stick]");
  if (roll) roll.scrollTop = roll.scrollHeight;
  document.querySelector("[data-newer]")?.setAttribute("hidden", "");
}

/** @param {HtmxEvent} event */
function settled(event) {
  fields(event.target).forEach(counted);
  markRead();
  const roll = document.querySelector("[data-stick]");
  if (!roll) return;
  if (wasAtEnd || event.target.id === "middle") toEnd();
  else if (event.target.id === "talk") document.querySelector("[data-newer]")?.removeAttribute("hidden");
}

/** The customer's words count as read once they stand on a page that is looked at. */
function markRead() {
  const talk = document.querySelector("[data-unread]");
  if (!talk || document.hidden) return;
  delete talk.dataset.unread;
  post(talk.dataset.readUrl ?? "").then(
    () => live.refresh(must("#mine")),
    () => {},
  );
}

export function start() {
  document.addEventListener("click", (event) => {
    const tab = origin(event).closest("[data-tab]");
    if (tab) open(tab.dataset.tab ?? "");
    if (origin(event).closest("[data-newer]")) toEnd();
  });
  document.addEventListener(
    "input",
    (event) => origin(event).matches("[data-segments]") && counted(/** @type {HTMLTextAreaElement} */ (event.target)),
  );
  document.addEventListener(
    "change",
    (event) => origin(event).matches("[data-attach]") && attached(/** @type {HTMLInputElement} */ (event.target)),
  );
  document.addEventListener("htmx:beforeSwap", () => {
    const roll = document.querySelector("[data-stick]");
    wasAtEnd = !roll || isAtEnd(roll);
  });
  document.addEventListener("htmx:afterSettle", settled);
  fields(document).forEach(counted);
  does("note", () => open("note"));
  does("sms", () => open("sms"));
  document.addEventListener("visibilitychange", markRead);
  toEnd();
  markRead();
}
