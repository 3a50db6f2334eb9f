// The wallboard: the whole report comes with the push, once a second; what changed is replaced in its place.
// data-figure="path" data-as="form" shows a value; data-moves="path" is a timer's instant. Nothing is reordered.

import * as clock from "./lib/clock.js";
import * as live from "./lib/live.js";

const held = document.querySelector("[data-wallboard-words]");
const words = held ? JSON.parse(held.dataset.wallboardWords) : { states: {}, queues: {} };
const BAND = ["free", "offered", "on_call", "conversations", "wrap_up", "break", "unavailable", "not_answering"];
const NONE = "–";

const forms = {
  count: (value) => String(value ?? 0),
  percent: (value) => share(value, 0),
  percent1: (value) => share(value, 1),
  score: (value) => (value === null ? NONE : value.toFixed(1)),
  off: (value) => (value === null ? "" : `± ${clock.span(value)}`),
  span: (value) => (value === null ? NONE : clock.span(value)),
};

function share(value, digits) {
  return value === null ? NONE : `${(100 * value).toFixed(digits)} %`;
}

function valueAt(board, path) {
  return path.split(".").reduce((value, key) => value?.[key], board);
}

function write(element, text) {
  if (!element || element.textContent === text) return;
  element.textContent = text;
  element.classList.remove("fresh");
  void element.offsetWidth;
  element.classList.add("fresh");
}

function figures(board) {
  document.querySelectorAll("[data-figure]").forEach((element) => {
    const value = valueAt(board, element.dataset.figure);
    if (value !== undefined) write(element, forms[element.dataset.as](value));
  });
  document.querySelectorAll("[data-moves]").forEach((element) => {
    const since = valueAt(board, element.dataset.moves);
    element.hidden = !since;
    if (since) element.dataset.since = since;
  });
  document.querySelectorAll("[data-when-none]").forEach((element) => {
    element.hidden = Boolean(valueAt(board, element.dataset.whenNone));
  });
  document.querySelectorAll("[data-names]").forEach((element) => {
    write(element, words.queues[valueAt(board, element.dataset.names)] ?? words.nobody);
  });
}

function tone(element, name) {
  element?.classList.toggle("is-warn", name === "warn");
  element?.classList.toggle("is-bad", name === "bad");
}

function queue(row, figure) {
  if (!row) return;
  row.classList.toggle("row-bad", figure.tone === "bad" || figure.is_fault);
  row.querySelectorAll("[data-cell='level']").forEach((cell) => tone(cell, figure.tone));
  tone(row.querySelector("[data-cell='free']"), figure.is_fault ? "bad" : "");
  spark(row.querySelector(".spark"), figure);
}

function spark(picture, { spark: values, tone: kind }) {
  const top = Math.max(...values, 1);
  const step = 72 / Math.max(values.length - 1, 1);
  const y = (value) => (17 - (14 * value) / top).toFixed(1);
  const line = values.map((value, n) => `${n ? "L" : "M"}${(2 + n * step).toFixed(1)} ${y(value)}`).join("");
  picture.querySelector("path").setAttribute("d", line);
  picture.querySelector("circle").setAttribute("cy", y(values.at(-1)));
  picture.classList.toggle("spark-warn", kind === "warn");
  picture.classList.toggle("spark-bad", kind === "bad");
}

function agent(row, figure) {
  if (!row) return;
  row.hidden = figure.shown === "signed_out";
  row.querySelector(".dot").className = `dot dot-${figure.shown}`;
  row.querySelector("[role='timer']").dataset.since = figure.since;
  const count = { conversations: figure.conversations, not_answering: figure.missed }[figure.shown];
  write(
    row.querySelector("[data-says]"),
    [words.states[figure.shown] ?? figure.shown, count].filter(Boolean).join(" "),
  );
}

function counts(people) {
  document.querySelectorAll("[data-counted]").forEach((element) => {
    const count = people.filter((each) => each.shown === element.dataset.counted).length;
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

function band(picture, people) {
  const here = people.filter((each) => each.team === picture.dataset.band && each.shown !== "signed_out");
  here.sort((a, b) => BAND.indexOf(a.shown) - BAND.indexOf(b.shown));
  const rects = here.map((each, n) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const at = {
      class: `band-${each.shown === "unavailable" ? "break" : each.shown}`,
      x: (100 * n) / here.length,
      width: 100 / here.length - 0.4,
      height: 6,
    };
    Object.entries(at).forEach(([name, value]) => rect.setAttribute(name, value));
    return rect;
  });
  picture.replaceChildren(...rects);
  write(document.querySelector(`[data-band-count="${CSS.escape(picture.dataset.band)}"]`), String(here.length));
}

function isAnotherHouse(board) {
  const rows = [...document.querySelectorAll("[data-queue]")].map((row) => row.dataset.queue).join();
  return rows !== board.queues.map((each) => each.id).join();
}

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
    !event.target.closest?.("input, textarea, select") && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isFree && event.key.toUpperCase() === "F") document.querySelector("[data-big-screen]")?.click();
});
