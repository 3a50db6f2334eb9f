// How the page shows that it is live, cut off, or live again.

import { politely } from "./announce.js";
import * as clock from "./clock.js";
import { must } from "./dom.js";
import { say } from "./words.js";

const PATIENCE_MS = 1500;
const BACK_MS = 5000;

/** @param {boolean} isDisabled what needs the server */
function disable(isDisabled) {
  /** @type {NodeListOf<HTMLButtonElement>} */
  const elements = document.querySelectorAll("[data-needs-server]");
  elements.forEach((element) => (element.disabled = isDisabled));
}

/** @param {() => void} tryNow */
export function announceState(tryNow) {
  const link = document.querySelector("[data-link-state]");
  const word = document.querySelector("[data-link-word]");
  const banner = must("[data-banner]");
  /** @param {string} name */
  const part = (name) => must(`[data-banner-${name}]`, banner);
  /** @type {Timer | undefined} */
  let soon;

  must("[data-try-now]").addEventListener("click", () => {
    part("next").textContent = say("trying");
    tryNow();
  });

  /** @param {string} name */
  function show(name) {
    link?.classList.toggle("is-off", name === "cut_off");
    link?.classList.toggle("is-joining", name === "joining");
    if (word) word.textContent = say(name);
  }

  /**
   * @param {string} strong
   * @param {string} text
   * @param {boolean} [isBack]
   */
  function fill(strong, text, isBack = false) {
    part("strong").textContent = strong;
    part("text").textContent = text;
    banner.classList.toggle("is-back", isBack);
    must(".push", banner).hidden = isBack;
    banner.hidden = false;
  }

  /** @param {number} at */
  function cutOffNow(at) {
    const time = clock.timeOfDay(clock.now() - (Date.now() - at));
    document.body.classList.add("is-cut-off");
    document.querySelectorAll("[data-as-of]").forEach((element) => (element.textContent = say("as_of", { time })));
    disable(true);
    fill(
      say("cut_off_since", { time }),
      say(document.querySelector("[data-on-call]") ? "cut_off_call" : "cut_off_text"),
    );
    show("cut_off");
    politely(say("cut_off"));
  }

  return {
    /** @param {number} at */
    cutOff(at) {
      if (soon || document.body.classList.contains("is-cut-off")) return;
      show("joining");
      soon = setTimeout(() => cutOffNow(at), PATIENCE_MS);
    },
    /** @param {boolean} wasCutOff */
    live(wasCutOff) {
      clearTimeout(soon);
      soon = undefined;
      show("live");
      if (!document.body.classList.contains("is-cut-off")) return;
      document.body.classList.remove("is-cut-off");
      disable(false);
      if (!wasCutOff) {
        banner.hidden = true;
        return;
      }
      fill(say("back"), "", true);
      politely(say("back"));
      setTimeout(() => {
        if (banner.classList.contains("is-back")) banner.hidden = true;
      }, BACK_MS);
    },
    /** @param {number} seconds */
    waiting(seconds) {
      part("next").textContent = seconds > 0 ? say("trying_in", { seconds }) : say("trying");
    },
    refused() {
      show("cut_off");
      fill(say("signed_out"), say("sign_in_again"));
      part("next").textContent = "";
    },
  };
}
