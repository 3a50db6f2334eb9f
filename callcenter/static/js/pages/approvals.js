// The supervisor's page of questions: keys, what was seen, and the answers that follow what happens without losing a word.

import htmx from "htmx.org";
import { must, origin } from "../lib/dom.js";
import * as keys from "../lib/keys.js";

/**
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @returns {E | null}
 */
const part = (selector) => document.querySelector(selector);

/** @type {() => HTMLTextAreaElement | null} */
const wordField = () => part("#approval-word");
/** @type {() => HTMLInputElement | null} */
const amountField = () => part("#less-amount");
/** @type {(name: string) => HTMLButtonElement | null} */
const answerButton = (name) => part(`[data-answer="${name}"]`);

/** A question on a screen that is looked at has been seen; said once. */
function tellSeen() {
  if (document.hidden) return;
  document.querySelectorAll("[data-unseen]").forEach((row) => {
    const url = row.dataset.unseen ?? "";
    delete row.dataset.unseen;
    htmx.ajax("post", url, { swap: "none", source: row.querySelector(".ring") ?? row }).catch(() => {});
  });
}

function markCurrent() {
  const shown = part("#approval")?.dataset.shown;
  document.querySelectorAll("[data-row]").forEach((row) => {
    if (row.dataset.row === shown) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}

/** The bottom is fetched anew once the question has changed; not under the hand, and with what was written. */
async function follow() {
  const view = part("#approval-view");
  const form = part("#approval-answer");
  if (!view || !form || view.dataset.version === form.dataset.version) return;
  if (form.contains(document.activeElement) && form.querySelector("#approval-asked") && isStillOpen(view)) return;
  const word = wordField()?.value ?? part("[data-kept-word]")?.textContent ?? "";
  await htmx.ajax("get", form.dataset.url ?? "", { target: form, swap: "outerHTML", source: form }).catch(() => {});
  if (word) keepWord(word);
}

/** @param {HTMLElement} view */
function isStillOpen(view) {
  return view.dataset.version?.split(":")[1] === "open";
}

/** @param {string} word */
function keepWord(word) {
  const field = wordField();
  if (field) {
    field.value = word;
    return;
  }
  const kept = part("[data-kept]");
  if (!kept) return;
  kept.hidden = false;
  must("[data-kept-word]", kept).textContent = word;
}

function shownAmount() {
  const field = amountField();
  const button = answerButton("less");
  if (!field || !button) return;
  const quick = [...document.querySelectorAll("[data-quick]")];
  quick.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.quick === field.value.trim())));
  const known = quick.find((each) => each.dataset.quick === field.value.trim());
  const label = must("[data-less-label]", button);
  if (field.value.trim())
    label.textContent = (button.dataset.says ?? "").replace("{amount}", known?.textContent ?? field.value.trim());
}

function openInstead() {
  const form = part("#f-instead");
  if (!form || answerButton("instead")?.disabled) return;
  form.hidden = false;
  must("select", form).focus();
}

/**
 * A key brings the hand to its answer; Enter then gives it.
 *
 * @param {string} name
 */
function toAnswer(name) {
  const button = answerButton(name);
  if (!button || button.disabled) return;
  if (name === "instead") return openInstead();
  const field = name === "less" ? amountField() : null;
  (field ?? button).focus();
  field?.select();
}

document.addEventListener("click", (event) => {
  const quick = origin(event).closest("[data-quick]");
  if (quick) {
    /** @type {HTMLInputElement} */ (must("#less-amount")).value = quick.dataset.quick ?? "";
    shownAmount();
  }
  if (origin(event).closest("[data-answer='instead']")) openInstead();
});
document.addEventListener("input", (event) => origin(event).matches("#less-amount") && shownAmount());
document.addEventListener("change", (event) => {
  if (!origin(event).matches("#instead-remedy")) return;
  const remedy = /** @type {HTMLSelectElement} */ (event.target);
  const amount = /** @type {HTMLInputElement} */ (remedy.form?.elements.namedItem("amount"));
  amount.value = remedy.selectedOptions[0].dataset.amount ?? "";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const field = wordField();
  if (field && detail.successful && detail.elt.id === "f-say") field.value = "";
});
document.addEventListener("htmx:afterSettle", () => {
  tellSeen();
  markCurrent();
  shownAmount();
  follow();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const isChosen = detail.requestConfig?.elt?.matches(".ask-row, .ended-row");
  if (isChosen && matchMedia("(width <= 760px)").matches) must("#approval").scrollIntoView();
});
document.addEventListener("focusout", () => setTimeout(follow, 80));
document.addEventListener("visibilitychange", tellSeen);

keys.here("Y", () => toAnswer("yes"));
keys.here("L", () => toAnswer("less"));
keys.here("I", () => toAnswer("instead"));
keys.here("N", () => toAnswer("no"));
keys.here("R", () => part("#approval-word")?.focus());
tellSeen();
markCurrent();
shownAmount();
