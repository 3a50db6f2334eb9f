// The wallboard: figures come with the push itself, once a second; tables fetch themselves by data-live.
// data-figure="path.in.the.event" shows that value; a changed one is fresh for a second.

import * as live from "./lib/live.js";

function valueAt(event, path) {
  return path.split(".").reduce((value, key) => value?.[key], event);
}

function show(event) {
  document.querySelectorAll("[data-figure]").forEach((element) => {
    const value = valueAt(event, element.dataset.figure);
    if (value === undefined || value === null) return;
    const text = String(value);
    if (element.textContent === text) return;
    element.textContent = text;
    element.classList.remove("fresh");
    void element.offsetWidth;
    element.classList.add("fresh");
  });
}

live.on("wallboard", show);
["line.live", "line.back"].forEach((name) => live.on(name, () => live.send("watch_wallboard")));

document.addEventListener("keydown", (event) => {
  const isFree = !event.target.closest?.("input, textarea, select") && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isFree && event.key.toUpperCase() === "F") document.querySelector("[data-big-screen]")?.click();
});
