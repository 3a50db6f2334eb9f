import assert from "node:assert/strict";
import { test } from "node:test";
import { htmx, open } from "./page.js";

const window = open('<div id="card"><section id="give-7">closed</section></div><button>Give</button>');
const targets = await import("../../callcenter/static/js/lib/targets.js");
targets.start();

function asked(target) {
  const xhr = Object.assign(new window.EventTarget(), { readyState: 1 });
  const detail = { target, xhr };
  htmx("beforeRequest", document.querySelector("button"), detail);
  const done = () => {
    xhr.readyState = 4;
    xhr.dispatchEvent(new window.Event("readystatechange"));
    return detail.target;
  };
  return { done };
}

test("an answer follows its place when that was replaced under way", () => {
  const old = document.querySelector("#give-7");
  const request = asked(old);
  document.querySelector("#card").innerHTML = '<section id="give-7">fresh</section>';
  assert.equal(request.done().textContent, "fresh");
});

test("a target that is still there stays, and so does one whose place is gone", () => {
  const there = document.querySelector("#give-7");
  assert.equal(asked(there).done(), there);
  const request = asked(there);
  document.querySelector("#card").innerHTML = "";
  assert.equal(request.done(), there);
});
