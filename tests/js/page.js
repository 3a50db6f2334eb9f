// A page without a browser: happy-dom's document, and what a script says in English. One a test file.

import { Window } from "happy-dom";

/** Puts the window's own things where scripts look for them; `said` stands for the words of the server. */
export function open(body, { said = {} } = {}) {
  const window = new Window({ url: "https://desk.example.com/desk" });
  const { document } = window;
  document.head.innerHTML = '<meta name="words"><meta name="csrf-token" content="a-token">';
  document.querySelector('meta[name="words"]').content = JSON.stringify(said);
  document.body.innerHTML = body;
  Object.assign(globalThis, { window, document, localStorage: window.localStorage });
  for (const name of ["Event", "CustomEvent", "KeyboardEvent", "HTMLElement"]) globalThis[name] = window[name];
  return window;
}

/** Tells the document what htmx tells it, from this element. */
export function htmx(name, element, detail = {}) {
  element.dispatchEvent(new CustomEvent(`htmx:${name}`, { bubbles: true, detail }));
}

/** Presses a key where the focus is; true where the page took it for itself. */
export function press(key, options = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event.defaultPrevented;
}

/** Lets what waits for answers go on. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
