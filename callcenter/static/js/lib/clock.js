// One offset to the server's clock and one tick a second for every timer on the page.
// data-since counts up, data-until counts down, data-clock shows the time of day, data-from + data-until empty a bar or a ring.

import { say } from "./words.js";

const NONE = "–";
let offset = 0;
/** @type {Set<(at: number) => void>} */
const listeners = new Set();
/** @type {Map<string, Intl.DateTimeFormat | null>} */
const clocks = new Map();

export function now() {
  return Date.now() + offset;
}

/**
 * Takes the server's own now (ISO). The smallest error seen wins, so a slow answer does not move the clocks.
 *
 * @param {string} serverNow
 * @param {number} [took] milliseconds until it was here
 */
export function set(serverNow, took = 0) {
  const given = Date.parse(serverNow);
  if (Number.isNaN(given)) return;
  const found = given + took / 2 - Date.now();
  if (Math.abs(found - offset) > took / 2 + 250) offset = found;
}

/** @param {(at: number) => void} listener */
export function everySecond(listener) {
  listeners.add(listener);
}

/**
 * In the reader's own zone, as the server writes times, unless another is named; a dash for one the browser lacks.
 *
 * @param {number} [at]
 * @param {string} [zone]
 * @param {boolean} [withSeconds]
 */
export function timeOfDay(at = now(), zone = document.body.dataset.zone || undefined, withSeconds = true) {
  return clockOf(zone, withSeconds)?.format(at) ?? NONE;
}

/**
 * @param {string | undefined} zone
 * @param {boolean} withSeconds
 */
function clockOf(zone, withSeconds) {
  const name = `${zone} ${withSeconds}`;
  if (!clocks.has(name)) clocks.set(name, madeClock(zone, withSeconds));
  return clocks.get(name);
}

/**
 * null where the browser does not know the zone: its list may be older than the server's.
 *
 * @param {string | undefined} zone
 * @param {boolean} withSeconds
 */
function madeClock(zone, withSeconds) {
  const second = withSeconds ? "2-digit" : undefined;
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second, timeZone: zone });
  } catch {
    return null;
  }
}

/**
 * Seconds as people read them: 0:38, 06:41 padded, 1 h 40 above an hour, 3 d 4 h above a day.
 *
 * @param {number} seconds
 * @param {string} [form] plain, padded, seconds or words
 */
export function span(seconds, form = "plain") {
  const whole = Math.max(0, Math.floor(seconds));
  if (form === "seconds" && whole < 100) return say("seconds", { n: whole });
  if (whole >= 86400) {
    return say("days_hours", { d: Math.floor(whole / 86400), h: Math.floor((whole % 86400) / 3600) });
  }
  if (whole >= 3600) {
    return say("hours_minutes", { h: Math.floor(whole / 3600), m: two(Math.floor((whole % 3600) / 60)) });
  }
  const minutes = Math.floor(whole / 60);
  if (form === "words" && minutes >= 5) return say("minutes", { n: minutes });
  return `${form === "padded" ? two(minutes) : minutes}:${two(whole % 60)}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/**
 * @param {HTMLElement} element
 * @param {number} at
 */
function shown(element, at) {
  const { since, until, form } = element.dataset;
  if (since) return (at - Date.parse(since)) / 1000;
  const left = (Date.parse(until ?? "") - at) / 1000;
  return form === "seconds" ? Math.ceil(left) : Math.round(left);
}

/**
 * @param {HTMLElement} element
 * @param {number} at
 */
function paint(element, at) {
  const seconds = shown(element, at);
  const text = span(seconds, element.dataset.form);
  if (element.textContent !== text) element.textContent = text;
  const { warn, bad, until } = element.dataset;
  /** @param {string | undefined} limit */
  const reached = (limit) => limit !== undefined && (until ? seconds <= Number(limit) : seconds >= Number(limit));
  element.classList.toggle("is-bad", reached(bad));
  element.classList.toggle("is-warn", reached(warn) && !reached(bad));
}

/**
 * @param {SVGElement} bar
 * @param {number} at
 */
function empty(bar, at) {
  const from = Date.parse(bar.dataset.from ?? "");
  const until = Date.parse(bar.dataset.until ?? "");
  const left = Math.min(1, Math.max(0, (until - at) / (until - from || 1)));
  const last = bar.lastElementChild;
  if (last?.matches("circle")) last.setAttribute("stroke-dashoffset", (100 - left * 100).toFixed(2));
  else last?.setAttribute("width", (left * 100).toFixed(2));
}

/**
 * Paints every timer inside the element at once; called after each swap so that no timer shows empty.
 *
 * @param {ParentNode} [inside]
 */
export function paintAll(inside = document) {
  const at = now();
  inside.querySelectorAll(".timer[data-since], .timer[data-until]").forEach((element) => paint(element, at));
  /** @type {NodeListOf<SVGElement>} */
  const bars = inside.querySelectorAll("svg[data-from][data-until]");
  bars.forEach((bar) => empty(bar, at));
  inside.querySelectorAll("[data-clock]").forEach((element) => {
    const text = timeOfDay(at, element.dataset.zone || undefined, element.dataset.clock === "seconds");
    if (element.textContent !== text) element.textContent = text;
  });
}

export function start() {
  const given = document.body.dataset.now;
  if (given) set(given, 0);
  paintAll();
  document.addEventListener("htmx:afterSettle", (event) => paintAll(event.target.parentElement ?? document));
  const tick = () => {
    setTimeout(tick, 1000 - (now() % 1000) + 5);
    paintAll();
    listeners.forEach((listener) => listener(now()));
  };
  setTimeout(tick, 1000 - (now() % 1000) + 5);
}
