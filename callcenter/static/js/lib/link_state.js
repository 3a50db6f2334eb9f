// How the page shows that it is live, cut off, or live again.

import { politely } from "./announce.js";
import * as clock from "./clock.js";
import { say } from "./words.js";

const PATIENCE_MS = 1500;
const BACK_MS = 5000;

export function announceState(tryNow) {
  const link = document.querySelector("[data-link-state]");
  const word = document.querySelector("[data-link-word]");
  const banner = document.querySelector("[data-banner]");
  const part = (name) => banner.querySelector(`[data-banner-${name}]`);
  let soon = null;

  document.querySelector("[data-try-now]").addEventListener("click", () => {
    part("next").textContent = say("trying");
    tryNow();
  });

  function show(name) {
    link?.classList.toggle("is-off", name === "cut_off");
    link?.classList.toggle("is-joining", name === "joining");
    if (word) word.textContent = say(name);
  }

  function fill(strong, text, isBack = false) {
    part("strong").textContent = strong;
    part("text").textContent = text;
    banner.classList.toggle("is-back", isBack);
    banner.querySelector(".push").hidden = isBack;
    banner.hidden = false;
  }

  function cutOffNow(at) {
    const time = clock.timeOfDay(clock.now() - (Date.now() - at));
    document.body.classList.add("is-cut-off");
    document.querySelectorAll("[data-as-of]").forEach((element) => (element.textContent = say("as_of", { time })));
    document.querySelectorAll("[data-needs-server]").forEach((element) => (element.disabled = true));
    fill(
      say("cut_off_since", { time }),
      say(document.querySelector("[data-on-call]") ? "cut_off_call" : "cut_off_text"),
    );
    show("cut_off");
    politely(say("cut_off"));
  }

  return {
    cutOff(at) {
      if (soon || document.body.classList.contains("is-cut-off")) return;
      show("joining");
      soon = setTimeout(() => cutOffNow(at), PATIENCE_MS);
    },
    live(wasCutOff) {
      clearTimeout(soon);
      soon = null;
      show("live");
      if (!document.body.classList.contains("is-cut-off")) return;
      document.body.classList.remove("is-cut-off");
      document.querySelectorAll("[data-needs-server]").forEach((element) => (element.disabled = false));
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
