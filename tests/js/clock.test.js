// Every timer of a page follows the server's clock, and none stands still because of another.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { htmx, open } from "./page.js";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const said = {
  seconds: "{n} s",
  minutes: "{n} min",
  hours_minutes: "{h} h {m}",
  days_hours: "{d} d {h} h",
};

open("", { said });
const clock = await import("../../callcenter/static/js/lib/clock.js");

const iso = (at) => new Date(at).toISOString();
const shown = (id) => document.getElementById(id).textContent;

beforeEach(() => {
  mock.timers.enable({ apis: ["Date", "setTimeout"], now: NOON });
  clock.set(iso(NOON - 60_000)); // whatever the test before left
  clock.set(iso(NOON));
  document.body.removeAttribute("data-zone");
});
afterEach(() => mock.timers.reset());

test("the server's clock is followed, with half of what the answer took added", () => {
  clock.set(iso(NOON + 10_000), 400);
  assert.equal(clock.now(), NOON + 10_200);
  mock.timers.tick(1_500);
  assert.equal(clock.now(), NOON + 11_700);
});

test("a difference that a slow answer explains moves no clock, a greater one does", () => {
  clock.set(iso(NOON + 10_000));
  clock.set(iso(NOON + 10_000), 2_000);
  assert.equal(clock.now(), NOON + 10_000, "found 1 s more, the answer took 2 s");
  clock.set(iso(NOON + 10_240));
  assert.equal(clock.now(), NOON + 10_000, "a quarter of a second is left alone");
  clock.set(iso(NOON + 10_260));
  assert.equal(clock.now(), NOON + 10_260);
});

test("what is no time is not taken", () => {
  clock.set("soon");
  assert.equal(clock.now(), NOON);
});

const spans = [
  [0, "plain", "0:00"],
  [38.9, "plain", "0:38"],
  [401, "plain", "6:41"],
  [401, "padded", "06:41"],
  [3599, "plain", "59:59"],
  [3600, "plain", "1 h 00"],
  [6000, "padded", "1 h 40"],
  [86399, "plain", "23 h 59"],
  [86400, "plain", "1 d 0 h"],
  [273600, "words", "3 d 4 h"],
  [99, "seconds", "99 s"],
  [100, "seconds", "1:40"],
  [299, "words", "4:59"],
  [300, "words", "5 min"],
  [-3, "plain", "0:00"],
];

for (const [seconds, form, text] of spans) {
  test(`${seconds} s (${form}) are written as ${text}`, () => assert.equal(clock.span(seconds, form), text));
}

test("a time of day is the reader's own, or that of the zone that is named", () => {
  document.body.dataset.zone = "America/Los_Angeles";
  assert.equal(clock.timeOfDay(), "04:00:00");
  assert.equal(clock.timeOfDay(NOON, "Asia/Shanghai", false), "20:00");
});

test("a zone that the browser does not know shows a dash, and every other timer goes on", () => {
  document.body.innerHTML = `
    <span id="theirs" data-clock data-zone="Mars/Olympus_Mons"></span>
    <span id="ours" data-clock="seconds" data-zone="Asia/Shanghai"></span>
    <span id="waits" class="timer" data-since="${iso(NOON - 5_000)}"></span>`;
  assert.equal(clock.timeOfDay(NOON, "Mars/Olympus_Mons"), "–");
  document.body.dataset.now = iso(NOON);
  clock.start();
  assert.deepEqual([shown("theirs"), shown("ours"), shown("waits")], ["–", "20:00:00", "0:05"]);
  mock.timers.tick(1_005);
  mock.timers.tick(1_000);
  assert.deepEqual([shown("theirs"), shown("ours"), shown("waits")], ["–", "20:00:02", "0:07"]);
});

test("a listener that fails stops no clock", () => {
  let heard = 0;
  clock.everySecond(() => {
    heard += 1;
    if (heard === 1) throw new Error("a mistake");
  });
  clock.start();
  assert.throws(() => mock.timers.tick(1_005), /a mistake/);
  mock.timers.tick(1_000);
  assert.ok(heard > 1);
});

test("a countdown ends at nought; the whole second it is in counts where seconds are written", () => {
  document.body.innerHTML = `
    <span id="offer" class="timer" data-form="seconds" data-until="${iso(NOON + 9_400)}"></span>
    <span id="rest" class="timer" data-until="${iso(NOON + 9_400)}"></span>
    <span id="over" class="timer" data-until="${iso(NOON - 9_400)}"></span>`;
  clock.paintAll();
  assert.deepEqual([shown("offer"), shown("rest"), shown("over")], ["10 s", "0:09", "0:00"]);
});

test("a wait is marked as it grows, a countdown as it shrinks", () => {
  document.body.innerHTML = `
    <i id="wait" class="timer" data-since="${iso(NOON - 20_000)}" data-warn="20" data-bad="60"></i>
    <i id="late" class="timer" data-since="${iso(NOON - 60_000)}" data-warn="20" data-bad="60"></i>
    <i id="rest" class="timer" data-until="${iso(NOON + 5_000)}" data-warn="10" data-bad="3"></i>
    <i id="long" class="timer" data-until="${iso(NOON + 50_000)}" data-warn="10" data-bad="3"></i>`;
  clock.paintAll();
  const marks = ["wait", "late", "rest", "long"].map((id) => document.getElementById(id).className);
  assert.deepEqual(marks, ["timer is-warn", "timer is-bad", "timer is-warn", "timer"]);
});

test("a ring and a bar empty with the time that is left", () => {
  const during = `data-from="${iso(NOON - 15_000)}" data-until="${iso(NOON + 5_000)}"`;
  document.body.innerHTML = `<svg ${during}><circle id="ring"/></svg><svg ${during}><rect/><rect id="bar"/></svg>`;
  clock.paintAll();
  assert.equal(document.getElementById("ring").getAttribute("stroke-dashoffset"), "75.00");
  assert.equal(document.getElementById("bar").getAttribute("width"), "25.00");
});

test("a timer that comes with a part of the page is painted with it", () => {
  document.body.innerHTML = `<div id="part"><i id="new" class="timer" data-since="${iso(NOON - 61_000)}"></i></div>`;
  htmx("afterSettle", document.getElementById("part"));
  assert.equal(shown("new"), "1:01");
});
