// What somebody writes is lost neither by a shut window nor by a server that is away, and what was sent is no draft.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { htmx, open, settle } from "./page.js";

const PAUSE = 800;
const HERE = "callcenter.draft.7.message:5";

const window = open("", { said: { draft_kept: "kept {time}", draft_local: "here {time}" } });
document.body.dataset.person = "7";
document.body.dataset.zone = "UTC";
globalThis.fetch = () => Promise.resolve(answer());
const drafts = await import("../../callcenter/static/js/lib/drafts.js");
drafts.start();

let posts = [];
/** How the server answers the next posts; the last one stays. */
let server = [];

const answer = (status = 200) => ({ ok: status < 300, status });
const away = () => Promise.reject(new TypeError("Failed to fetch"));
const field = () => document.querySelector("[data-draft]");
const note = () => document.querySelector("[data-draft-kept]").textContent;
const here = () => JSON.parse(localStorage.getItem(HERE));
const texts = () => posts.map((each) => each.text);

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-03-02T12:00:00Z") });
  localStorage.clear();
  posts = [];
  server = [() => Promise.resolve(answer())];
  globalThis.fetch = (url, { body, keepalive }) => {
    posts.push({ url, key: body.get("key"), text: body.get("text"), keepalive });
    return (server.length > 1 ? server.shift() : server[0])();
  };
  document.body.innerHTML = `
    <form><textarea data-draft="message:5" data-draft-url="/drafts"></textarea><span data-draft-kept></span></form>`;
});
afterEach(() => {
  mock.timers.runAll();
  mock.timers.reset();
});

function write(text) {
  field().value = text;
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

async function pause() {
  mock.timers.tick(PAUSE);
  await settle();
}

/** The form is sent; answered with this status. */
function sent(status) {
  const detail = { requestConfig: { elt: document.querySelector("form") }, xhr: { status }, successful: status < 300 };
  htmx("beforeSwap", document.querySelector("form"), detail);
  htmx("afterRequest", document.querySelector("form"), detail);
}

function sending() {
  const form = document.querySelector("form");
  htmx("beforeRequest", form, { requestConfig: { elt: form } });
}

test("a draft is kept on the server once the writer pauses, in one post for many letters", async () => {
  write("Dear");
  mock.timers.tick(PAUSE - 1);
  write("Dear Carla");
  mock.timers.tick(PAUSE - 1);
  assert.deepEqual(posts, []);
  mock.timers.tick(1);
  await settle();
  assert.deepEqual(posts, [{ url: "/drafts", key: "message:5", text: "Dear Carla", keepalive: false }]);
  assert.equal(note(), "kept 12:00:01");
  assert.equal(here(), null);
});

test("a server that is away leaves the draft on this computer, and says so", async () => {
  server = [away];
  write("Dear Carla");
  await pause();
  assert.equal(note(), "here 12:00:00");
  assert.deepEqual(here(), { url: "/drafts", text: "Dear Carla" });
});

test("a server that fails or has signed this person out keeps nothing, so it stays here", async () => {
  for (const status of [401, 500]) {
    server = [() => Promise.resolve(answer(status))];
    write(`for ${status}`);
    await pause();
    assert.equal(here().text, `for ${status}`);
  }
});

test("an answer to older words does not take away newer ones that the server does not have", async () => {
  let arrive;
  server = [() => new Promise((resolve) => (arrive = resolve)), away];
  write("Dear");
  mock.timers.tick(PAUSE);
  write("Dear Carla");
  await pause();
  arrive(answer());
  await settle();
  assert.deepEqual(texts(), ["Dear", "Dear Carla"]);
  assert.equal(here().text, "Dear Carla");
  assert.match(note(), /^here/);
});

test("what is written while the rest is sent stays until it is sent itself", async () => {
  localStorage.setItem(HERE, JSON.stringify({ url: "/drafts", text: "Dear" }));
  let arrive;
  server = [() => new Promise((resolve) => (arrive = resolve)), away];
  const sending = drafts.sendKept();
  write("Dear Carla");
  await pause();
  arrive(answer());
  await sending;
  assert.equal(here().text, "Dear Carla");
});

test("what stayed here is sent once the server is back", async () => {
  server = [away];
  write("Dear Carla");
  await pause();
  server = [() => Promise.resolve(answer())];
  await drafts.sendKept();
  assert.deepEqual(texts(), ["Dear Carla", "Dear Carla"]);
  assert.equal(here(), null);
  assert.equal(note(), "kept 12:00:00");
});

test("what stayed here stays while the server is still away, and goes where its place is gone", async () => {
  const keep = () => localStorage.setItem(HERE, JSON.stringify({ url: "/drafts", text: "Dear" }));
  keep();
  server = [away];
  await drafts.sendKept();
  assert.equal(here().text, "Dear");
  server = [() => Promise.resolve(answer(500))];
  await drafts.sendKept();
  assert.equal(here().text, "Dear");
  for (const status of [404, 410]) {
    keep();
    server = [() => Promise.resolve(answer(status))];
    await drafts.sendKept();
    assert.equal(here(), null);
  }
});

test("the drafts of somebody else at this computer are left alone", async () => {
  localStorage.setItem("callcenter.draft.8.message:5", JSON.stringify({ url: "/drafts", text: "Bo's" }));
  await drafts.sendKept();
  drafts.restore();
  assert.deepEqual(posts, []);
  assert.equal(field().value, "");
});

test("a field that opens gets back the words that are only here, unless somebody writes in it", () => {
  localStorage.setItem(HERE, JSON.stringify({ url: "/drafts", text: "Dear Carla" }));
  field().focus();
  drafts.restore();
  assert.equal(field().value, "");
  field().blur();
  htmx("afterSettle", document.querySelector("form"));
  assert.equal(field().value, "Dear Carla");
  assert.equal(note(), "here 12:00:00");
});

test("a form that is sent takes its draft with it: what was about to be kept is not", async () => {
  write("Dear Carla");
  sending();
  sent(200);
  await pause();
  assert.deepEqual(posts, []);
  assert.equal(here(), null);
});

test("what is written in a form that is on its way is no draft once it is answered", async () => {
  sending();
  write("Dear Carla");
  sent(200);
  await pause();
  assert.deepEqual(posts, []);
});

test("a draft still on its way when its form is answered is emptied behind it", async () => {
  let arrive;
  server = [() => new Promise((resolve) => (arrive = resolve)), () => Promise.resolve(answer())];
  write("Dear Carla");
  mock.timers.tick(PAUSE);
  sending();
  sent(200);
  await settle();
  assert.deepEqual(texts(), ["Dear Carla"]);
  arrive(answer());
  await settle();
  assert.deepEqual(texts(), ["Dear Carla", ""]);
  assert.equal(here(), null);
});

test("a draft that is lost on its way when its form is answered leaves nothing here either", async () => {
  let fail;
  server = [() => new Promise((_, reject) => (fail = reject)), () => Promise.resolve(answer())];
  write("Dear Carla");
  mock.timers.tick(PAUSE);
  sending();
  sent(200);
  fail(new TypeError("Failed to fetch"));
  await settle();
  assert.equal(here(), null);
});

test("a form that was refused is kept again", async () => {
  write("Dear Carla");
  sending();
  sent(409);
  await pause();
  assert.deepEqual(texts(), ["Dear Carla"]);
});

test("a request that is no form of a draft changes nothing", async () => {
  write("Dear Carla");
  htmx("beforeRequest", document.body, { requestConfig: { elt: document.body } });
  await pause();
  assert.deepEqual(texts(), ["Dear Carla"]);
});

test("a page that is left within the pause sends what was written, so that it outlives the page", () => {
  write("Dear Carla");
  window.dispatchEvent(new Event("pagehide"));
  assert.deepEqual(posts, [{ url: "/drafts", key: "message:5", text: "Dear Carla", keepalive: true }]);
});
