// The give panel: quick amounts, where the cursor goes after an act of one's own (never after a push), and what ended, aloud.

import { politely } from "./announce.js";
import { must, origin } from "./dom.js";
import * as live from "./live.js";

let coming = 0;
early.typed = "";

/**
 * A quick amount is as if it had been typed.
 *
 * @param {Event} event
 */
function pressed(event) {
  const quick = origin(event).closest("[data-quick]");
  if (quick) {
    /** @type {HTMLInputElement} */
    const field = must("[name=amount]", quick.closest("form") ?? document);
    field.value = quick.dataset.quick ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
  if (origin(event).closest("[data-act='give']")) document.querySelector(".zone-right")?.classList.add("is-open");
}

/** @param {string} text */
const digits = (text) => text.replace(/[^\d.]/g, "").replace(/\.0*$/, "");

/** @param {Event} event */
function typed(event) {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (!field.matches?.(".give-amount")) return;
  field
    .closest("form")
    ?.querySelectorAll("[data-quick]")
    .forEach((quick) => {
      quick.setAttribute("aria-pressed", String(digits(quick.dataset.quick ?? "") === digits(field.value)));
    });
}

/**
 * What is typed before the choices, or the field of the amount, have come is meant for them: G 1 6 0 in one go.
 *
 * @param {KeyboardEvent} event
 */
function early(event) {
  if (!coming || !/^[0-9.]$/.test(event.key) || origin(event).closest("input, textarea, select")) return;
  event.preventDefault();
  event.stopPropagation();
  early.typed += event.key;
}

/**
 * The request itself tells its end: the button that made it may have been replaced meanwhile.
 *
 * @param {HtmxEvent} event
 */
function asks({ detail }) {
  if (!detail.elt.matches?.("[data-act='give'], [data-give-nth]")) return;
  coming += 1;
  detail.xhr.addEventListener("loadend", came);
}

function came() {
  coming = Math.max(0, coming - 1);
  const [nth, ...rest] = early.typed;
  /** @type {HTMLInputElement | null} */
  const field = document.querySelector(".give-amount");
  if (!nth) return;
  if (field && document.activeElement === field) {
    early.typed = "";
    field.value = [nth, ...rest].join("");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (!coming) {
    const choice = document.querySelectorAll("[data-give-nth]")[Number(nth) - 1];
    early.typed = choice ? rest.join("") : "";
    choice?.click();
  }
}

/** Only what the server marks as the answer to an act carries the mark; it counts once. */
function settled() {
  /** @type {HTMLInputElement | null} */
  const place = document.querySelector("[data-then-focus]");
  if (!place) return;
  place.removeAttribute("data-then-focus");
  place.focus();
  if (place.matches("input")) place.select();
}

/**
 * A card that is fetched anew leaves an open panel of the same contact as it is.
 *
 * @param {HtmxEvent} event
 */
function keepOpen(event) {
  const { detail } = event;
  if (!document.querySelector("[data-give-open]") || typeof detail.serverResponse !== "string") return;
  if (detail.target?.id === "card" || detail.target?.id === "middle") {
    detail.serverResponse = detail.serverResponse.replace(/data-give-(keeps|open)/, 'hx-preserve="true" $&');
  }
}

function tell() {
  const end = document.querySelector(".give .give-end .strong");
  if (end) politely(end.textContent.trim());
}

export function start() {
  document.addEventListener("click", pressed);
  document.addEventListener("input", typed);
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("keydown", early, true);
  document.addEventListener("htmx:beforeRequest", asks);
  document.addEventListener("htmx:beforeSwap", keepOpen);
  live.on("approval.answered", () => setTimeout(tell, 800));
}
