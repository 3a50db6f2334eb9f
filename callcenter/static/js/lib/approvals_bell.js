// On every page of those who lead: a question for them is heard, and told where the tab is hidden. Never customer's data.

import * as notify from "./notify.js";
import * as sounds from "./sounds.js";
import { say } from "./words.js";

/** @type {number | null} */
let before = null;

const place = () => document.querySelector("#approvals-count");

function look() {
  const now = Number(place()?.dataset.approvalsCount ?? 0);
  if (before !== null && now > before) {
    sounds.play("approval");
    notify.asked(
      say("approval_asked"),
      /** @type {HTMLAnchorElement | null | undefined} */ (place()?.closest("a"))?.href,
    );
  }
  before = now;
}

export function start() {
  if (!place()) return;
  look();
  document.addEventListener("htmx:afterSettle", look);
  const allow = () => sounds.allow();
  document.addEventListener("pointerdown", allow, { once: true });
  document.addEventListener("keydown", allow, { once: true });
}
