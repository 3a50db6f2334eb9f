// An answer is not lost where its place, or the button that asked for it, has been replaced meanwhile.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { htmx, open } from "./page.js";

const window = open("");
const answers = await import("../../callcenter/static/js/lib/answers.js");
answers.start();

const find = (selector) => document.querySelector(selector);
let told = [];
document.addEventListener("voice:connect", (event) => told.push(event.detail));

beforeEach(() => {
  told = [];
  document.body.innerHTML =
    '<div id="card"><section id="give-7">closed</section></div><div id="now"><button></button></div>';
});

function asked(target, { trigger = null } = {}) {
  const xhr = Object.assign(new window.EventTarget(), { readyState: 1, getResponseHeader: () => trigger });
  const detail = { elt: find("button"), target, xhr };
  htmx("beforeRequest", find("button"), detail);
  const done = () => {
    xhr.readyState = 4;
    xhr.dispatchEvent(new window.Event("readystatechange"));
    return detail.target;
  };
  return { done };
}

test("an answer follows its place when that was replaced under way", () => {
  const request = asked(find("#give-7"));
  find("#card").innerHTML = '<section id="give-7">fresh</section>';
  assert.equal(request.done().textContent, "fresh");
});

test("a target that is still there stays, and so does one whose place is gone", () => {
  const there = find("#give-7");
  assert.equal(asked(there).done(), there);
  const request = asked(there);
  find("#card").innerHTML = "";
  assert.equal(request.done(), there);
});

test("what an answer tells is heard though the button that asked is gone", () => {
  const trigger = '{"voice:connect": {"params": {"offer": "3"}}}';
  const request = asked(find("#now"), { trigger });
  find("#now").innerHTML = "<button></button>";
  request.done();
  assert.deepEqual(told, [{ params: { offer: "3" } }]);
  asked(find("#now")).done(); // an answer that tells nothing
});

test("where the button is still there htmx tells it, once", () => {
  asked(find("#now"), { trigger: '{"voice:connect": {}}' }).done();
  assert.deepEqual(told, []);
});
