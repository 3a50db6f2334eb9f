// The wallboard: the whole report comes with the push, once a second; what changed is replaced in its place.
// data-figure="path" data-as="form" shows a value; data-moves="path" is a timer's instant. Nothing is reordered.

import * as clock from "../lib/clock.js";
import { must, origin } from "../lib/dom.js";
import * as live from "../lib/live.js";

/**
 * callcenter/reports/wallboard.py, as far as it is drawn here; the figures are found by their path.
 *
 * @typedef {LiveEvent & {queues: QueueFigures[], agents: AgentFigures[], broken: number}} Board
 * @typedef {{id: number, tone: string, is_fault: boolean, spark: number[]}} QueueFigures
 * @typedef {{id: number, team: string, activity: string, since: string, conversations: number, missed: number}} AgentFigures
 */

const held = document.querySelector("[data-wallboard-words]");
/** @type {{states: Record<string, string>, queues: Record<string, string>, nobody?: string}} */
const words = held?.dataset.wallboardWords ? JSON.parse(held.dataset.wallboardWords) : { states: {}, queues: {} };
const BAND = ["free", "offered", "on_call", "conversations", "wrap_up", "break", "unavailable", "not_answering"];
const NONE = "–";

/** @type {Record<string, (value: number | null) => string>} */
const forms = {
  count: (value) => String(value ?? 0),
  percent: (value) => share(value, 0),
  percent1: (value) => share(value, 1),
  score: (value) => (value === null ? NONE : value.toFixed(1)),
  off: (value) => (value === null ? "" : `± ${clock.span(value)}`),
  span: (value) => (value === null ? NONE : clock.span(value)),
};

/**
 * @param {number | null} value
 * @param {number} digits
 */
function share(value, digits) {
  return value === null ? NONE : `${(100 * value).toFixed(digits)} %`;
}

/**
 * @param {Board} board
 * @param {string | undefined} path
 * @returns {number | string | null | undefined}
 */
function valueAt(board, path) {
  /** @type {any} what stands at a path is known by the template that names it */
  let value = board;
  for (const key of path?.split(".") ?? []) value = value?.[key];
  return value;
}

/**
 * @param {HTMLElement | null} element
 * @param {string} text
 */
function write(element, text) {
  if (!element || element.textContent === text) return;
  element.textContent = text;
  element.classList.remove("fresh");
  void element.offsetWidth;
  element.classList.add("fresh");
}

/** @param {Board} board */
function figures(board) {
  document.querySelectorAll("[data-figure]").forEach((element) => {
    const value = valueAt(board, element.dataset.figure);
    const form = forms[element.dataset.as ?? ""];
    if (value !== undefined) write(element, form(/** @type {number | null} */ (value)));
  });
  document.querySelectorAll("[data-moves]").forEach((element) => {
    const since = valueAt(board, element.dataset.moves);
    element.hidden = !since;
    if (since) element.dataset.since = String(since);
  });
  document.querySelectorAll("[data-when-none]").forEach((element) => {
    element.hidden = Boolean(valueAt(board, element.dataset.whenNone));
  });
  document.querySelectorAll("[data-names]").forEach((element) => {
    write(element, words.queues[String(valueAt(board, element.dataset.names))] ?? words.nobody ?? "");
  });
}

/**
 * @param {HTMLElement | null} element
 * @param {string} name
 */
function tone(element, name) {
  element?.classList.toggle("is-warn", name === "warn");
  element?.classList.toggle("is-bad", name === "bad");
}

/**
 * @param {HTMLElement | null} row
 * @param {QueueFigures} figure
 */
function queue(row, figure) {
  if (!row) return;
  row.classList.toggle("row-bad", figure.tone === "bad" || figure.is_fault);
  row.querySelectorAll("[data-cell='level']").forEach((cell) => tone(cell, figure.tone));
  tone(row.querySelector("[data-cell='free']"), figure.is_fault ? "bad" : "");
  spark(must(".spark", row), figure);
}

/**
 * @param {HTMLElement} picture
 * @param {QueueFigures} figure
 */
function spark(picture, { spark: values, tone: kind }) {
  const top = Math.max(...values, 1);
  const step = 72 / Math.max(values.length - 1, 1);
  /** @param {number} value */
  const y = (value) => (17 - (14 * value) / top).toFixed(1);
  const line = values.map((value, n) => `${n ? "L" : "M"}${(2 + n * step).toFixed(1)} ${y(value)}`).join("");
  must("path", picture).setAttribute("d", line);
  must("circle", picture).setAttribute("cy", y(values.at(-1) ?? 0));
  picture.classList.toggle("spark-warn", kind === "warn");
  picture.classList.toggle("spark-bad", kind === "bad");
}

/**
 * @param {HTMLElement | null} row
 * @param {AgentFigures} figure
 */
function agent(row, figure) {
  if (!row) return;
  row.hidden = figure.activity === "signed_out";
  must(".dot", row).className = `dot dot-${figure.activity}`;
  must("[role='timer']", row).dataset.since = figure.since;
  /** @type {Record<string, number>} */
  const counted = { conversations: figure.conversations, not_answering: figure.missed };
  const count = counted[figure.activity];
  write(
    row.querySelector("[data-says]"),
    [words.states[figure.activity] ?? figure.activity, count].filter(Boolean).join(" "),
  );
}

/** @param {AgentFigures[]} people */
function counts(people) {
  document.querySelectorAll("[data-counted]").forEach((element) => {
    const count = people.filter((each) => each.activity === element.dataset.counted).length;
    element.hidden = !count;
    write(element.querySelector("[data-count]"), String(count));
  });
  document.querySelectorAll("[data-team]").forEach((column) => {
    write(
      column.querySelector("[data-team-count]"),
      String(column.querySelectorAll("[data-agent]:not([hidden])").length),
    );
  });
}

/**
 * @param {HTMLElement} picture
 * @param {AgentFigures[]} people
 */
function band(picture, people) {
  const here = people.filter((each) => each.team === picture.dataset.band && each.activity !== "signed_out");
  here.sort((a, b) => BAND.indexOf(a.activity) - BAND.indexOf(b.activity));
  const rects = here.map((each, n) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const at = {
      class: `band-${each.activity === "unavailable" ? "break" : each.activity}`,
      x: (100 * n) / here.length,
      width: 100 / here.length - 0.4,
      height: 6,
    };
    Object.entries(at).forEach(([name, value]) => rect.setAttribute(name, String(value)));
    return rect;
  });
  picture.replaceChildren(...rects);
  write(document.querySelector(`[data-band-count="${CSS.escape(picture.dataset.band ?? "")}"]`), String(here.length));
}

/** @param {Board} board */
function isAnotherHouse(board) {
  const rows = [...document.querySelectorAll("[data-queue]")].map((row) => row.dataset.queue).join();
  return rows !== board.queues.map((each) => each.id).join();
}

/** @param {Board} board */
function show(board) {
  if (isAnotherHouse(board)) return window.location.reload();
  figures(board);
  board.queues.forEach((each) => queue(document.querySelector(`[data-queue="${each.id}"]`), each));
  board.agents.forEach((each) => agent(document.querySelector(`[data-agent="${each.id}"]`), each));
  counts(board.agents);
  const sign = document.querySelector("[data-broken]");
  sign?.classList.toggle("is-bad", board.broken > 0);
  sign?.classList.toggle("is-ok", board.broken === 0);
  document.querySelectorAll("[data-band]").forEach((picture) => band(picture, board.agents));
  clock.paintAll();
}

live.on("wallboard", show);
["line.live", "line.back"].forEach((name) => live.on(name, () => live.send("watch_wallboard")));

document.addEventListener("keydown", (event) => {
  const isFree =
    !origin(event).closest?.("input, textarea, select") && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isFree && event.key.toUpperCase() === "F") document.querySelector("[data-big-screen]")?.click();
});
