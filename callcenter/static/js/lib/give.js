// The give panel: quick amounts, where the cursor goes after an act of one's own (never after a push), and what ended, aloud.

import { politely } from "./announce.js";
import * as live from "./live.js";

/** A quick amount is as if it had been typed. */
function pressed(event) {
  const quick = event.target.closest("[data-quick]");
  if (quick) {
    const field = quick.closest("form").elements.amount;
    field.value = quick.dataset.quick;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
  if (event.target.closest("[data-act='give']")) document.querySelector(".zone-right")?.classList.add("is-open");
}

function typed(event) {
  const field = event.target;
  if (!field.matches?.(".give-amount")) return;
  field.closest("form").querySelectorAll("[data-quick]").forEach((quick) => {
    quick.setAttribute("aria-pressed", String(quick.dataset.quick === field.value));
  });
}

/** Only what the server marks as the answer to an act carries the mark; it counts once. */
function settled() {
  const wanted = document.querySelector("[data-then-focus]");
  if (!wanted) return;
  wanted.removeAttribute("data-then-focus");
  wanted.focus();
  if (wanted.matches("input")) wanted.select();
}

/** A card that is fetched anew leaves an open panel of the same contact as it is. */
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
  document.addEventListener("htmx:beforeSwap", keepOpen);
  live.on("approval.answered", () => setTimeout(tell, 800));
}
