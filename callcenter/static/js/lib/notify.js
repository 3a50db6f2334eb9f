// Beyond the page: a notification while the tab is hidden, and the countdown in the tab's title. Never customer's data.

import * as clock from "./clock.js";

const title = document.title;
/** @type {Notification | null} */
let shown = null;
/** @type {number | null} */
let until = null;
let word = "";

export function ask() {
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
}

/**
 * Counts down in the title until the instant (ISO); notifies where the tab is hidden. A click opens, never accepts.
 *
 * @param {string} says
 * @param {string} endsAt
 */
export function offer(says, endsAt) {
  until = Date.parse(endsAt);
  word = says;
  tick();
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  shown = new Notification(says, { tag: "offer", requireInteraction: false });
  shown.onclick = () => {
    window.focus();
    shown?.close();
  };
}

/**
 * A question for this person, where the tab is hidden. A click opens the page of questions.
 *
 * @param {string} says
 * @param {string} [url]
 */
export function asked(says, url) {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(says, { tag: "approval", requireInteraction: false });
  note.onclick = () => {
    window.focus();
    note.close();
    if (url) window.location.assign(url);
  };
}

export function over() {
  until = null;
  shown?.close();
  shown = null;
  document.title = title;
}

export function tick() {
  if (until === null) return;
  const left = Math.max(0, Math.ceil((until - clock.now()) / 1000));
  document.title = `${left} · ${word}`;
}
