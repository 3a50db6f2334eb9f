// What a button does while it runs, and where it is said when it did not work: at the place of the act, input kept.
// data-while="Giving …" on a button; [data-place] around an act holds a [data-said-here].

import { say } from "./words.js";

/**
 * @param {HtmxDetail} detail
 * @returns {HTMLElement | null}
 */
function buttonOf(detail) {
  return detail.requestConfig?.triggeringEvent?.submitter ?? detail.elt?.closest?.("button, a") ?? null;
}

/** @param {HtmxEvent} event */
function begin(event) {
  const button = buttonOf(event.detail);
  const words = button?.dataset?.while;
  if (!words) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.dataset.before = button.innerHTML;
  button.textContent = words;
  button.setAttribute("aria-busy", "true");
}

/** @param {HtmxEvent} event */
function finish(event) {
  const button = buttonOf(event.detail);
  if (!button?.dataset?.before) return;
  button.innerHTML = button.dataset.before;
  delete button.dataset.before;
  button.removeAttribute("style");
  button.removeAttribute("aria-busy");
}

/** @param {Element | undefined} element */
function placeOf(element) {
  const near = element?.closest?.("[data-place]")?.querySelector("[data-said-here]");
  return near ?? document.querySelector("main [data-said-here], [data-said-here]");
}

/**
 * @param {string} strong
 * @param {string} text
 */
function notice(strong, text) {
  const box = document.createElement("div");
  box.className = "notice notice-bad";
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.append(Object.assign(document.createElement("b"), { textContent: strong }), ` ${text}`);
  box.append(words);
  return box;
}

/** @param {HtmxEvent} event */
function refused(event) {
  const { xhr, isError, requestConfig } = event.detail;
  const elt = requestConfig?.elt ?? event.detail.elt;
  if (!isError && xhr.status < 400) return clearPlace(elt);
  if (xhr.status === 401) return window.location.reload();
  const place = placeOf(elt);
  if (!place) return;
  const isPart =
    xhr.getResponseHeader("Content-Type")?.includes("html") && !/<html/i.test(xhr.responseText.slice(0, 400));
  if (isPart) {
    const own = xhr.getResponseHeader("HX-Retarget");
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (own) return;
    event.detail.target = place;
    event.detail.swapOverride = "innerHTML";
  } else {
    place.replaceChildren(notice(say("refused"), say("still_true")));
  }
}

/** @param {Element | undefined} element */
function clearPlace(element) {
  element?.closest?.("[data-place]")?.querySelector("[data-said-here]")?.replaceChildren();
}

/** @param {HtmxEvent} event */
function unreached(event) {
  if (event.detail.requestConfig?.verb === "get") return;
  placeOf(event.detail.requestConfig?.elt)?.replaceChildren(notice(say("no_answer"), say("still_true")));
}

export function start() {
  document.addEventListener("htmx:beforeRequest", begin);
  document.addEventListener("htmx:afterRequest", finish);
  document.addEventListener("htmx:beforeSwap", refused);
  document.addEventListener("htmx:sendError", unreached);
  document.addEventListener("htmx:timeout", unreached);
}
