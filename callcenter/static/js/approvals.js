// The supervisor's page of questions: keys, what was seen, and the answers that follow what happens without losing a word.

import htmx from "htmx.org";
import * as keys from "./lib/keys.js";

const part = (selector) => document.querySelector(selector);

/** A question on a screen that is looked at has been seen; said once. */
function tellSeen() {
  if (document.hidden) return;
  document.querySelectorAll("[data-unseen]").forEach((row) => {
    const url = row.dataset.unseen;
    delete row.dataset.unseen;
    htmx.ajax("POST", url, { swap: "none", source: row.querySelector(".ring") ?? row }).catch(() => {});
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
  const word = part("#approval-word")?.value ?? part("[data-kept-word]")?.textContent ?? "";
  await htmx.ajax("GET", form.dataset.url, { target: form, swap: "outerHTML", source: form }).catch(() => {});
  if (word) keepWord(word);
}

function isStillOpen(view) {
  return view.dataset.version.split(":")[1] === "open";
}

function keepWord(word) {
  const field = part("#approval-word");
  if (field) {
    field.value = word;
    return;
  }
  const kept = part("[data-kept]");
  if (!kept) return;
  kept.hidden = false;
  kept.querySelector("[data-kept-word]").textContent = word;
}

function shownAmount() {
  const field = part("#less-amount");
  const button = part("[data-answer='less']");
  if (!field || !button) return;
  const quick = [...document.querySelectorAll("[data-quick]")];
  quick.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.quick === field.value.trim())));
  const known = quick.find((each) => each.dataset.quick === field.value.trim());
  const label = button.querySelector("[data-less-label]");
  if (field.value.trim())
    label.textContent = button.dataset.says.replace("{amount}", known?.textContent ?? field.value.trim());
}

function openInstead() {
  const form = part("#f-instead");
  if (!form || part("[data-answer='instead']").disabled) return;
  form.hidden = false;
  form.querySelector("select").focus();
}

/** A key brings the hand to its answer; Enter then gives it. */
function toAnswer(name) {
  const button = part(`[data-answer="${name}"]`);
  if (!button || button.disabled) return;
  if (name === "instead") return openInstead();
  const field = name === "less" ? part("#less-amount") : button;
  field.focus();
  field.select?.();
}

document.addEventListener("click", (event) => {
  const quick = event.target.closest("[data-quick]");
  if (quick) {
    part("#less-amount").value = quick.dataset.quick;
    shownAmount();
  }
  if (event.target.closest("[data-answer='instead']")) openInstead();
});
document.addEventListener("input", (event) => event.target.matches("#less-amount") && shownAmount());
document.addEventListener("change", (event) => {
  if (!event.target.matches("#instead-remedy")) return;
  event.target.form.amount.value = event.target.selectedOptions[0].dataset.amount;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.id === "f-say") part("#approval-word").value = "";
});
document.addEventListener("htmx:afterSettle", () => {
  tellSeen();
  markCurrent();
  shownAmount();
  follow();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const isChosen = detail.requestConfig?.elt?.matches(".ask-row, .ended-row");
  if (isChosen && matchMedia("(width <= 760px)").matches) part("#approval").scrollIntoView();
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
