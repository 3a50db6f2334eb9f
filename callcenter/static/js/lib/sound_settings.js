// The dialog of sounds, the test in the Now slot, and the word where the browser holds sound back.

import * as notify from "./notify.js";
import * as sounds from "./sounds.js";
import * as voice from "./voice.js";

function sayBlocked() {
  const isBlocked = !sounds.isAllowed();
  document.querySelectorAll("[data-sound-blocked]").forEach((element) => (element.hidden = !isBlocked));
}

async function pressed(event) {
  if (event.target.closest("[data-allow-sound], [data-test-sound], [data-open-sounds]")) {
    await sounds.allow();
    notify.ask();
    sayBlocked();
  }
  const test = event.target.closest("[data-test-sound]");
  if (test) sounds.play(test.dataset.testSound || "call", { isTest: true });
  if (event.target.closest("[data-open-sounds]")) openDialog();
}

function openDialog() {
  const dialog = document.querySelector("#sounds");
  dialog.querySelectorAll("[data-volume]").forEach((slider) => (slider.value = sounds.volume(slider.dataset.volume)));
  fillDevices(dialog);
  dialog.showModal();
}

async function fillDevices(dialog) {
  const found = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  dialog.querySelectorAll("[data-device]").forEach((select) => {
    const kind = select.dataset.device === "input" ? "audioinput" : "audiooutput";
    const options = found.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default");
    const names = options.map((each) => new Option(each.label || each.deviceId.slice(0, 8), each.deviceId));
    select.replaceChildren(select.options[0], ...names);
  });
}

function changed(event) {
  const { volume, device } = event.target.dataset ?? {};
  if (volume) sounds.setVolume(volume, Number(event.target.value));
  if (device === "output") sounds.setDevice(event.target.value);
  if (device) voice.useDevices({ [device]: event.target.value });
}

export function start() {
  document.addEventListener("click", pressed);
  document.addEventListener("change", changed);
  document.addEventListener("htmx:afterSettle", sayBlocked);
  document.addEventListener("pointerdown", () => sounds.allow().then(sayBlocked), { once: true });
  document.addEventListener("keydown", () => sounds.allow().then(sayBlocked), { once: true });
  sayBlocked();
}
