// The numbered line: nothing is missed, nothing comes twice, and it finds its way back by itself.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { open, settle } from "./page.js";

const NOON = Date.parse("2026-03-02T12:00:00Z");

/** Socket.IO's client as far as the line uses it. The test is the server. */
class PretendedSocket {
  connected = false;
  opened = 0;
  asked = [];
  listeners = new Map();

  on(name, listener) {
    this.listeners.set(name, listener);
  }

  onAny(listener) {
    this.push = listener;
  }

  connect() {
    this.opened += 1;
  }

  disconnect() {
    const was = this.connected;
    this.connected = false;
    if (was) this.tell("disconnect", "io client disconnect");
  }

  timeout(milliseconds) {
    return { emit: (name, data, done) => this.asked.push({ name, data, done, milliseconds }) };
  }

  tell(name, detail) {
    this.listeners.get(name)(detail);
  }

  /** The network lets it through. */
  arrive() {
    this.connected = true;
    this.tell("connect");
  }

  /** The server answers the newest question. */
  answer(given) {
    this.asked.at(-1).done(null, given);
  }

  refuse(message = "websocket error", data = undefined) {
    this.tell("connect_error", Object.assign(new Error(message), { data }));
  }
}

const window = open("");
const made = [];
mock.module("socket.io-client", {
  exports: {
    io: (options) => {
      made.push(Object.assign(new PretendedSocket(), { options }));
      return made.at(-1);
    },
  },
});
const { Line } = await import("../../callcenter/static/js/lib/socket.js");
const clock = await import("../../callcenter/static/js/lib/clock.js");

let line;
let socket;
let told;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "Date"], now: NOON });
  told = [];
  const note = (name) => (detail) => told.push(detail === undefined ? name : [name, detail]);
  const names = ["event", "reset", "live", "cutOff", "waiting", "refused"];
  line = new Line(40, Object.fromEntries(names.map((name) => [name, note(name)])));
  socket = made.at(-1);
  line.open();
});
afterEach(() => {
  clearInterval(line.beat);
  clearInterval(line.countdown);
  mock.timers.reset();
});

const events = () => told.filter(([name]) => name === "event").map(([, event]) => event.sequence);
const pauses = () => told.filter(([name]) => name === "waiting").map(([, seconds]) => seconds);

function joined(given = { sequence: 40, events: [] }) {
  socket.arrive();
  socket.answer(given);
}

test("a line that opens asks for what came after the page, and is live once that is answered", () => {
  socket.arrive();
  assert.deepEqual(socket.asked[0].data, { after: 40 });
  assert.equal(line.isLive, false);
  socket.answer({
    sequence: 42,
    events: [
      { sequence: 41, name: "a" },
      { sequence: 42, name: "b" },
    ],
  });
  assert.deepEqual(told, [
    ["event", { sequence: 41, name: "a" }],
    ["event", { sequence: 42, name: "b" }],
    ["live", false],
  ]);
  assert.ok(line.isLive);
});

test("what is pushed comes once, though it is caught up as well", () => {
  joined();
  socket.push("call.ended", { sequence: 41, id: 3 });
  socket.push("call.ended", { sequence: 41, id: 3 });
  mock.timers.tick(10_000);
  socket.answer({
    sequence: 42,
    events: [
      { sequence: 41, name: "call.ended", id: 3 },
      { sequence: 42, name: "other" },
    ],
  });
  assert.deepEqual(
    told.filter(([name]) => name === "event"),
    [
      ["event", { name: "call.ended", sequence: 41, id: 3 }],
      ["event", { sequence: 42, name: "other" }],
    ],
  );
});

test("an event without a number, such as the wallboard, comes each time", () => {
  joined();
  socket.push("wallboard", { sequence: null, waiting: 1 });
  socket.push("wallboard", { sequence: null, waiting: 1 });
  socket.push("bare");
  assert.equal(events().length, 3);
});

test("a number that never came by push is asked for at the next heartbeat: a push alone moves no number", () => {
  joined();
  socket.push("late", { sequence: 42 });
  mock.timers.tick(10_000);
  assert.deepEqual(socket.asked.at(-1).data, { after: 40 });
  socket.answer({
    sequence: 42,
    events: [
      { sequence: 41, name: "missed" },
      { sequence: 42, name: "late" },
    ],
  });
  assert.deepEqual(events(), [42, 41]);
  mock.timers.tick(10_000);
  assert.deepEqual(socket.asked.at(-1).data, { after: 42 });
});

test("a page without a number asks for none and begins where the server is", () => {
  clearInterval(line.beat);
  line = new Line(null, { event() {}, reset() {}, live() {} });
  socket = made.at(-1);
  joined({ sequence: 900, events: [] });
  assert.deepEqual(socket.asked[0].data, { after: null });
  mock.timers.tick(10_000);
  assert.deepEqual(socket.asked.at(-1).data, { after: 900 });
});

test("where too much was missed everything is fetched anew, before the line is live", () => {
  socket.arrive();
  socket.answer({ sequence: 5_000, reset: true, events: [] });
  assert.deepEqual(told, ["reset", ["live", false]]);
  assert.equal(line.after, 5_000);
});

test("each answer sets the clock of the page", () => {
  socket.arrive();
  mock.timers.tick(400);
  socket.answer({ sequence: 40, now: new Date(NOON + 60_000).toISOString() });
  assert.equal(clock.now() - Date.now(), 60_000 + 200 - 400);
});

test("a heartbeat without an answer in five seconds cuts the line", () => {
  joined();
  mock.timers.tick(10_000);
  assert.equal(socket.asked.at(-1).milliseconds, 5_000);
  socket.asked.at(-1).done(new Error("operation has timed out"));
  assert.equal(line.isLive, false);
  assert.deepEqual(told.slice(-2), [
    ["cutOff", NOON],
    ["waiting", 1],
  ]);
});

test("a line that is cut off says since when nothing was heard", () => {
  joined();
  mock.timers.tick(3_000);
  socket.push("call.ended", { sequence: 41 });
  mock.timers.tick(2_000);
  socket.disconnect();
  assert.deepEqual(told.at(-2), ["cutOff", NOON + 3_000]);
});

test("it tries again after 1, 2, 3, 5, 8, then every 10 seconds, counting down", () => {
  joined();
  socket.disconnect();
  const waited = [];
  for (let attempt = 1; attempt <= 7; attempt += 1) {
    const before = socket.opened;
    let seconds = 0;
    while (socket.opened === before) {
      mock.timers.tick(1_000);
      seconds += 1;
      assert.ok(seconds < 60, "it gave up");
    }
    waited.push(seconds);
    socket.refuse();
  }
  assert.deepEqual(waited, [1, 2, 3, 5, 8, 10, 10]);
  assert.deepEqual(pauses().slice(0, 6), [1, 0, 2, 1, 0, 3]);
});

test("once it is back it says so, and begins with one second the next time", () => {
  joined();
  socket.disconnect();
  mock.timers.tick(1_000);
  socket.refuse();
  mock.timers.tick(2_000);
  joined({ sequence: 41, events: [{ sequence: 41, name: "meanwhile" }] });
  assert.deepEqual(told.slice(-2), [
    ["event", { sequence: 41, name: "meanwhile" }],
    ["live", true],
  ]);
  socket.disconnect();
  assert.deepEqual(told.at(-1), ["waiting", 1]);
});

test("a line that came back by itself is not opened a second time by the countdown", () => {
  joined();
  socket.disconnect();
  const before = socket.opened;
  socket.arrive();
  mock.timers.tick(1_000);
  assert.equal(socket.opened, before);
});

test("the network that comes back, and a button, try at once", () => {
  joined();
  window.dispatchEvent(new Event("offline"));
  assert.equal(line.isLive, false);
  const before = socket.opened;
  window.dispatchEvent(new Event("online"));
  assert.equal(socket.opened, before + 1);
  mock.timers.tick(10_000);
  assert.equal(socket.opened, before + 1, "the countdown is over");
});

test("who is not signed in any more is told, and is not tried for", async () => {
  joined();
  socket.disconnect();
  mock.timers.tick(1_000);
  const before = socket.opened;
  socket.refuse("refused");
  await settle();
  mock.timers.tick(60_000);
  assert.equal(told.at(-1), "refused");
  assert.equal(socket.opened, before);
});

test("the line opens by WebSocket alone and leaves trying again to us", () => {
  assert.deepEqual(socket.options.transports, ["websocket"]);
  assert.equal(socket.options.reconnection, false);
});
