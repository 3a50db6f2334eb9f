// The agent's desk.

import * as callControls from "../lib/call_controls.js";
import * as composer from "../lib/composer.js";
import { must, origin } from "../lib/dom.js";
import * as give from "../lib/give.js";
import * as keys from "../lib/keys.js";
import * as live from "../lib/live.js";
import * as nowSlot from "../lib/now_slot.js";
import * as soundSettings from "../lib/sound_settings.js";
import * as sounds from "../lib/sounds.js";

/** @param {1 | -1} step */
function go(step) {
  const zones = [...document.querySelectorAll("[data-zone]")];
  const at = zones.findIndex((zone) => zone.contains(document.activeElement));
  zones[(at + step + zones.length) % zones.length].focus();
}

/** The row of what the middle shows stands out, whichever of the two was fetched last. */
function markCurrent() {
  const shown = document.querySelector("#middle")?.dataset.view?.split(":")[1];
  document.querySelectorAll("[data-row]").forEach((row) => {
    if (row.dataset.row === shown) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}

function toggleCard() {
  must(".zone-right").classList.toggle("is-open");
}

document.addEventListener("htmx:afterSettle", markCurrent);
markCurrent();
soundSettings.start();
nowSlot.start();
composer.start();
give.start();
callControls.start(must("[data-desk]"));
keys.does("next_zone", () => go(1));
keys.does("previous_zone", () => go(-1));
keys.does("card", toggleCard);
document.addEventListener("click", (event) => origin(event).closest("[data-toggle-card]") && toggleCard());
live.on("message.received", () => sounds.play("message"));
live.on("line.cut_off", () => sounds.play("cut_off"));
