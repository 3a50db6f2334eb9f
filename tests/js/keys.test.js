// The keyboard: one key is one act, and nothing that is written is ever a command.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { htmx, open, press } from "./page.js";

const said = { takes_key: "{key} is taken", press_again: "Press again", press_a_key: "Press a key" };
const KEPT = "callcenter.keys";

open(
  `<div id="page"></div>
   <dialog id="keys-list"></dialog>
   <input type="checkbox" data-single-keys>
   <button data-keys-reset></button>
   <p data-keys-said></p>`,
  { said },
);
localStorage.setItem(KEPT, "not JSON"); // of an older version, or a hand
const keys = await import("../../callcenter/static/js/lib/keys.js");
keys.start();

const page = document.getElementById("page");
let clicked = [];
document.addEventListener("click", (event) => clicked.push(event.target.id || event.target.dataset.act));

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  document.querySelector("[data-keys-reset]").click();
  page.replaceChildren();
  clicked = [];
});
afterEach(() => mock.timers.reset());

function show(html) {
  page.innerHTML = html;
  htmx("afterSettle", page);
}

/** Writes another key for this act by the list of keys. */
function change(act, key) {
  show(`<button id="change" data-change-key="${act}"><kbd data-key-of="${act}"></kbd></button>`);
  document.getElementById("change").click();
  press(key);
}

test("a key presses the button that says so, in either case of the letter", () => {
  show('<button data-act="mute"></button><button data-act="accept"></button>');
  assert.ok(press("m"));
  assert.ok(press("M", { shiftKey: true }));
  assert.ok(press("F2"));
  assert.deepEqual(clicked, ["mute", "mute", "accept"]);
});

test("a key without its button is left to the browser", () => {
  assert.equal(press("m"), false);
  assert.deepEqual(clicked, []);
});

test("what is disabled is passed over for the next of its kind", () => {
  show('<button data-act="hold" id="first" disabled></button><button data-act="hold" id="second"></button>');
  press("h");
  assert.deepEqual(clicked, ["second"]);
});

for (const field of ["<input>", "<textarea></textarea>", "<select></select>", '<input type="search">']) {
  test(`a letter typed in ${field} is no command, a function key is one`, () => {
    show(`${field}<button data-act="mute"></button><button data-act="hold"></button>`);
    page.firstElementChild.focus();
    assert.equal(press("m"), false);
    assert.deepEqual(clicked, []);
    assert.ok(press("F4"));
    assert.ok(press("F8"));
    assert.deepEqual(clicked, ["mute", "hold"]);
  });
}

test("a radio or a box that is ticked is not written in", () => {
  show('<input type="radio"><button data-act="mute"></button>');
  page.firstElementChild.focus();
  press("m");
  assert.deepEqual(clicked, ["mute"]);
});

test("what an input method composes triggers nothing, function keys included", () => {
  show('<button data-act="mute"></button><button data-act="accept"></button>');
  press("m", { isComposing: true });
  press("F2", { isComposing: true });
  press("m", { keyCode: 229 });
  assert.deepEqual(clicked, []);
});

test("keys of the browser stay the browser's, and a key held down acts once", () => {
  show('<button data-act="accept"></button><button data-act="mute"></button>');
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }]) press("m", held);
  for (const held of [{ ctrlKey: true }, { altKey: true }]) press("F2", held);
  assert.deepEqual(clicked, []);
});

test("Shift F2 declines where F2 accepts", () => {
  show('<button data-act="accept"></button><button data-act="decline"></button>');
  press("F2", { shiftKey: true });
  assert.deepEqual(clicked, ["decline"]);
});

test("Ctrl Enter sends the form that is written in, else the form of the page", () => {
  show(`<form><textarea></textarea><button type="button" data-send id="own"></button></form>
        <button data-send-default id="default"></button>`);
  page.querySelector("textarea").focus();
  assert.ok(press("Enter", { ctrlKey: true }));
  page.querySelector("textarea").blur();
  assert.ok(press("Enter", { metaKey: true }));
  assert.deepEqual(clicked, ["own", "default"]);
  document.getElementById("default").disabled = true;
  assert.equal(press("Enter", { ctrlKey: true }), false);
});

test("Escape leaves the field first, then shuts the menus, then goes back", () => {
  show('<input><details data-menu open></details><a data-esc id="back"></a>');
  const menu = page.querySelector("details");
  page.firstElementChild.focus();
  press("Escape");
  assert.equal(document.activeElement, document.body);
  assert.ok(menu.open);
  press("Escape");
  assert.equal(menu.open, false);
  assert.deepEqual(clicked, []);
  press("Escape");
  assert.deepEqual(clicked, ["back"]);
});

test("an act that cannot be taken back wants its key twice within two seconds", () => {
  show('<button data-act="end" data-twice></button>');
  const end = page.firstElementChild;
  press("e");
  assert.ok(end.classList.contains("is-armed"));
  mock.timers.tick(2_000);
  assert.equal(end.classList.contains("is-armed"), false);
  press("e");
  mock.timers.tick(1_999);
  assert.deepEqual(clicked, []);
  press("e");
  assert.deepEqual(clicked, ["end"]);
  assert.equal(end.classList.contains("is-armed"), false);
});

test("a number chooses in the open menu before anything behind it", () => {
  show(`<details open><button data-choice id="choice-1"></button><button data-choice id="choice-2"></button></details>
        <button data-nth id="row-1"></button>`);
  assert.ok(press("2"));
  page.querySelector("details").open = false;
  assert.ok(press("1"));
  assert.equal(press("9"), false);
  assert.deepEqual(clicked, ["choice-2", "row-1"]);
});

test("a field that is an act gets the focus, not the letter", () => {
  show('<input type="search" data-act="find">');
  assert.ok(press("/"));
  assert.equal(document.activeElement, page.firstElementChild);
});

test("while the page is cut off a menu that needs the server is not opened", () => {
  show('<details><summary data-act="transfer" data-needs-server></summary></details>');
  document.body.classList.add("is-cut-off");
  assert.equal(press("t"), false);
  document.body.classList.remove("is-cut-off");
  assert.ok(press("t"));
});

test("a key of one page comes before the usual one; an act without a button calls what was named", () => {
  const called = [];
  keys.does("next_zone", () => called.push("zone"));
  show('<button data-act="note"></button>');
  press("]");
  keys.here("N", () => called.push("no"));
  press("n");
  assert.deepEqual(called, ["zone", "no"]);
  assert.deepEqual(clicked, []);
});

test("a key that somebody chose acts, the usual one no more, and it is shown and kept", () => {
  change("mute", "x");
  show('<button data-act="mute"></button><kbd data-key-of="mute"></kbd>');
  assert.equal(page.querySelector("kbd").textContent, "X");
  press("m");
  press("x");
  assert.deepEqual(
    clicked.filter((each) => each === "mute"),
    ["mute"],
  );
  assert.deepEqual(JSON.parse(localStorage.getItem(KEPT)), { keys: { mute: "X" } });
});

test("a key that is taken, always acts or chooses is refused in words; Escape leaves it as it was", () => {
  for (const [key, name] of [
    ["h", "H"],
    ["F8", "F8"],
    ["3", "3"],
  ]) {
    change("mute", key);
    assert.equal(document.querySelector("[data-keys-said]").textContent, `${name} is taken`);
  }
  change("mute", "Escape");
  assert.equal(page.querySelector("kbd").textContent, "M");
  assert.equal(JSON.parse(localStorage.getItem(KEPT)).keys, undefined);
});

test("who turns single keys off keeps function keys, and sees no keys that do nothing", () => {
  const single = document.querySelector("[data-single-keys]");
  single.checked = false;
  single.dispatchEvent(new Event("change", { bubbles: true }));
  show(`<button data-act="mute"></button><button data-act="accept"></button>
        <kbd data-key-of="mute"></kbd><kbd data-key-of="accept"></kbd>`);
  press("m");
  press("F2");
  assert.deepEqual(clicked, ["accept"]);
  assert.deepEqual(
    [...page.querySelectorAll("kbd")].map((each) => each.hidden),
    [true, false],
  );
});

test("an act that wants its key twice shows it twice", () => {
  show('<kbd data-key-of="end" data-key-twice></kbd>');
  assert.equal(page.firstElementChild.textContent, "E E");
});
