// The Now slot tells the rest of the desk what is live: sounds, notification, title, and which view the middle shows.

import htmx from "htmx.org";
import { loudly } from "./announce.js";
import * as clock from "./clock.js";
import * as notify from "./notify.js";
import * as sounds from "./sounds.js";
import { say } from "./words.js";

/** @type {{view?: string, offer: string | null}} */
let before = { offer: null };
/** @type {string | null} */
let saidFive = null;
/** @type {string | null} */
let wanted = null;
/** @type {string | null} */
let opens = null;
/** @type {HTMLElement | null} */
let asker = null;

const slot = () => document.querySelector("#now");
const middle = () => document.querySelector("#middle");

export function start() {
  const now = slot();
  if (!now) return;
  before = { view: now.dataset.view, offer: null };
  offered(now);
  document.addEventListener("htmx:afterSettle", () => look());
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const elt = detail.requestConfig?.elt;
    if (detail.target?.id === "middle" && elt?.matches("i") && elt !== asker) {
      detail.shouldSwap = false;
    }
  });
  document.addEventListener("desk:open", (event) => (opens = event.detail.url));
  document.addEventListener("focusout", () => setTimeout(() => wanted && follow(), 80));
  clock.everySecond(tick);
}

function look() {
  const now = slot();
  if (!now) return;
  offered(now);
  if (now.dataset.view === before.view) return;
  const last = before.view;
  before.view = now.dataset.view;
  const isOther = opens || asker || middle()?.dataset.view !== now.dataset.view;
  if (isOther && belongs(last, now.dataset.view ?? "")) {
    wanted = opens ?? now.dataset.middleUrl ?? null;
    follow();
  }
}

/** @param {string | undefined} view */
function numberOf(view) {
  return view?.split(":")[1];
}

/**
 * The middle follows the Now slot unless the agent looks at something else and nothing new is held out.
 *
 * @param {string | undefined} last
 * @param {string} next
 */
function belongs(last, next) {
  const seen = middle()?.dataset.view ?? "free";
  if (seen === "free" || seen.startsWith("offered:")) return true;
  if (numberOf(seen) && [numberOf(last), numberOf(next)].includes(numberOf(seen))) return true;
  return next.startsWith("offered:");
}

function follow() {
  const held = document.activeElement;
  const isWriting = held?.closest("#middle") && held.matches("input, textarea, select");
  if (isWriting) return;
  const url = wanted ?? "";
  wanted = null;
  opens = null;
  // One that is still on its way shows what was true before: only the newest is let in.
  asker = Object.assign(document.createElement("i"), { hidden: true });
  slot()?.after(asker);
  const mine = asker;
  const done = () => {
    mine.remove();
    if (asker === mine) asker = null;
  };
  htmx.ajax("get", url, { target: "#middle", swap: "outerHTML", source: mine }).then(done, () => {
    if (asker === mine) wanted = url;
    done();
  });
}

/** @param {HTMLElement} now */
function offered(now) {
  const { offer, kind, says, ends } = now.dataset;
  if ((offer ?? null) === before.offer) return;
  before.offer = offer ?? null;
  sounds.stop();
  notify.over();
  if (!offer) return;
  const word = says || say(kind === "call" ? "offer_call" : "offer_conversation");
  loudly(word);
  notify.offer(word, ends ?? "");
  if (kind === "call") sounds.ring();
  else sounds.play("conversation");
}

/** @param {number} at */
function tick(at) {
  notify.tick();
  const { offer, ends } = slot()?.dataset ?? {};
  if (!offer || saidFive === offer) return;
  const left = (Date.parse(ends ?? "") - at) / 1000;
  if (left > 5 || left < 1) return;
  saidFive = offer;
  loudly(say("five_seconds"));
}
