// The dialog of sounds, the test in the Now slot, and the word where the browser holds sound back.

import { must, origin } from "./dom.js";
import * as notify from "./notify.js";
import * as sounds from "./sounds.js";
import * as voice from "./voice.js";

function sayBlocked() {
  const isBlocked = !sounds.isAllowed();
  document.querySelectorAll("[data-sound-blocked]").forEach((element) => (element.hidden = !isBlocked));
}

/** @param {Event} event */
async function pressed(event) {
  if (origin(event).closest("[data-allow-sound], [data-test-sound], [data-open-sounds]")) {
    await sounds.allow();
    notify.ask();
    sayBlocked();
  }
  const test = origin(event).closest("[data-test-sound]");
  if (test) sounds.play(test.dataset.testSound || "call", { isTest: true });
  if (origin(event).closest("[data-open-sounds]")) openDialog();
}

function openDialog() {
  /** @type {HTMLDialogElement} */
  const dialog = must("#sounds");
  /** @type {NodeListOf<HTMLInputElement>} */
  const sliders = dialog.querySelectorAll("[data-volume]");
  sliders.forEach((slider) => (slider.value = String(sounds.volume(slider.dataset.volume ?? ""))));
  fillDevices(dialog);
  dialog.showModal();
}

/** @param {HTMLElement} dialog */
async function fillDevices(dialog) {
  const found = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  /** @type {NodeListOf<HTMLSelectElement>} */
  const selects = dialog.querySelectorAll("[data-device]");
  selects.forEach((select) => {
    const kind = select.dataset.device === "input" ? "audioinput" : "audiooutput";
    const options = found.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default");
    const names = options.map((each) => new Option(each.label || each.deviceId.slice(0, 8), each.deviceId));
    select.replaceChildren(select.options[0], ...names);
  });
}

/** @param {Event} event */
function changed(event) {
  const field = /** @type {Field} */ (event.target);
  const { volume, device } = field.dataset ?? {};
  if (volume) sounds.setVolume(volume, Number(field.value));
  if (device === "output") sounds.setDevice(field.value);
  if (device) voice.useDevices({ [device]: field.value });
}

export function start() {
  document.addEventListener("click", pressed);
  document.addEventListener("change", changed);
  document.addEventListener("htmx:afterSettle", sayBlocked);
  document.addEventListener("pointerdown", () => sounds.allow().then(sayBlocked), { once: true });
  document.addEventListener("keydown", () => sounds.allow().then(sayBlocked), { once: true });
  sayBlocked();
}
