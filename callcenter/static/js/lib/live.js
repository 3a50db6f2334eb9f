// A push says that something changed; here the smallest part of the page that shows it is fetched again.
// data-live="names" data-live-url="…" [data-live-match="key:value"] [data-live-force] [data-live-pause="ms"]

import htmx from "htmx.org";
import { announceState } from "./link_state.js";
import { Line } from "./socket.js";

/** @typedef {(event: LiveEvent) => void} Listener */

const GATHER_MS = 120;
const REMEMBERED_MS = 15000;
/** @type {Map<string, Timer>} */
const waiting = new Map();
/** @type {Map<string, Listener[]>} */
const listeners = new Map();
/** @type {WeakMap<XMLHttpRequest, number>} */
const begun = new WeakMap();
/** @type {WeakSet<Element>} */
const known = new WeakSet();
/** @type {{at: number, event: LiveEvent}[]} */
let heard = [];
/** @type {Line | null} */
let line = null;

/**
 * Calls the listener for every event of that name ("*" for all), after duplicates are dropped.
 *
 * @template {LiveEvent} [E=LiveEvent] what an event of that name carries: docs/api.md
 * @param {string} name
 * @param {(event: E) => void} listener
 */
export function on(name, listener) {
  listeners.set(name, [...(listeners.get(name) ?? []), /** @type {Listener} */ (listener)]);
}

export function isLive() {
  return line === null || line.isLive;
}

/**
 * Sends a word of our own up the line, such as the wish to watch the wallboard.
 *
 * @param {string} name
 * @param {object} [data]
 */
export function send(name, data = {}) {
  line?.socket.emit(name, data);
}

/** data-live-every="15": for what no event tells this person; only while the page is seen and live. */
function everySoOften() {
  let seconds = 0;
  setInterval(() => {
    seconds += 1;
    if (document.hidden || !isLive()) return;
    document.querySelectorAll("[data-live-every]").forEach((element) => {
      const isShut = element.closest("details:not([open])");
      if (!isShut && seconds % Number(element.dataset.liveEvery) === 0) refresh(element);
    });
  }, 1000);
}

export function start() {
  watchHands();
  watchRequests();
  everySoOften();
  if (!("liveSocket" in document.body.dataset)) return;
  const given = document.body.dataset.sequence;
  const view = announceState(() => line?.tryNow());
  line = new Line(given ? Number(given) : null, {
    event: hear,
    reset: refreshAll,
    live: (wasCutOff) => {
      view.live(wasCutOff);
      if (wasCutOff) refreshAll();
      tell({ name: wasCutOff ? "line.back" : "line.live" });
    },
    cutOff: (at) => {
      view.cutOff(at);
      tell({ name: "line.cut_off" });
    },
    waiting: view.waiting,
    refused: view.refused,
  });
  line.open();
}

/** @param {LiveEvent} event */
function tell(event) {
  [...(listeners.get(event.name) ?? []), ...(listeners.get("*") ?? [])].forEach((listener) => listener(event));
}

/** @param {LiveEvent} event */
function hear(event) {
  heard = [...heard.filter((each) => each.at > Date.now() - REMEMBERED_MS), { at: Date.now(), event }];
  tell(event);
  document.querySelectorAll("[data-live]").forEach((element) => concerns(element, event) && refresh(element));
}

/**
 * A part that was asked for before an event and came after it shows how it was before: it is asked for again.
 *
 * @param {number} since
 */
function catchUpNew(since) {
  document.querySelectorAll("[data-live]").forEach((element) => {
    if (known.has(element)) return;
    known.add(element);
    if (heard.some(({ at, event }) => at >= since && concerns(element, event))) refresh(element);
  });
}

function watchRequests() {
  catchUpNew(Infinity);
  document.addEventListener("htmx:beforeRequest", (event) => begun.set(event.detail.xhr, Date.now()));
  document.addEventListener("htmx:afterSettle", (event) => catchUpNew(begun.get(event.detail.xhr) ?? Infinity));
}

/**
 * @param {HTMLElement} element
 * @param {LiveEvent} event
 */
function concerns(element, event) {
  if (!element.dataset.live?.split(" ").includes(event.name)) return false;
  const match = element.dataset.liveMatch;
  if (!match) return true;
  const [key, value] = match.split(":");
  return !(key in event) || event[key] === null || String(event[key]) === value;
}

export function refreshAll() {
  document.querySelectorAll("[data-live][data-live-url]").forEach(refresh);
}

/**
 * Fetches the element again after a short gathering time; an element in use is marked stale and waits.
 *
 * @param {HTMLElement} element
 */
export function refresh(element) {
  const id = element.id;
  if (!id || !element.dataset.liveUrl || waiting.has(id)) return;
  const pause = Number(element.dataset.livePause ?? GATHER_MS);
  waiting.set(
    id,
    setTimeout(() => {
      waiting.delete(id);
      swap(document.getElementById(id));
    }, pause),
  );
}

/**
 * What stands in this place by now may be another part, which is not fetched by itself.
 *
 * @param {HTMLElement | null} element
 */
function swap(element) {
  if (!element?.dataset.liveUrl) return;
  if (isInUse(element)) return markStale(element);
  htmx.ajax("get", element.dataset.liveUrl, { target: element, swap: "outerHTML", source: element }).catch(() => {});
}

/** @param {HTMLElement} element */
function isInUse(element) {
  // An act of this part is on its way: replaced now, its answer would find nobody to tell (how to join a call, for one).
  if (element.querySelector(".htmx-request")) return true;
  const held = document.activeElement;
  // What is being written in a menu is not to be lost, however urgent the rest of the part.
  if ("liveForce" in element.dataset)
    return Boolean(held?.matches("details[open] form :is(input, textarea, select)") && element.contains(held));
  // A shut menu in which the focus rests may be replaced: it has an id, by which the focus comes back to it.
  if (held && element.contains(held) && held !== element && !held.matches("details:not([open]) > summary[id]"))
    return true;
  if (element.matches("details[open]") || element.querySelector("details[open], dialog[open]")) return true;
  if ("liveList" in element.dataset && element.matches(":hover")) return true;
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && element.contains(selection.anchorNode));
}

/** @param {HTMLElement} element */
function markStale(element) {
  element.dataset.stale = String(Number(element.dataset.stale ?? 0) + 1);
  element.dispatchEvent(new CustomEvent("live:stale", { bubbles: true, detail: { count: element.dataset.stale } }));
}

function watchHands() {
  const look = () =>
    setTimeout(() => {
      document.querySelectorAll("[data-stale]").forEach((element) => {
        if (isInUse(element)) return;
        delete element.dataset.stale;
        swap(element);
      });
    }, 60);
  ["focusout", "pointerup", "pointerout", "toggle", "selectionchange"].forEach((name) => {
    document.addEventListener(name, () => document.querySelector("[data-stale]") && look(), true);
  });
  document.addEventListener("htmx:afterRequest", () => document.querySelector("[data-stale]") && look());
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (target && !document.contains(target)) event.detail.shouldSwap = false;
    const asked = requestConfig?.verb === "get" && target?.dataset?.liveUrl && xhr.status < 300;
    if (asked && requestConfig.elt === target && isInUse(target)) {
      event.detail.shouldSwap = false;
      markStale(target);
    }
  });
}
