// One short message at the bottom left for 8 s, with a way back. Never for what the page already shows.

import htmx from "htmx.org";
import { must } from "./dom.js";

const SHOWN_MS = 8000;
/** @type {Timer | undefined} */
let gone;

/**
 * {text, undo_url, undo_word}
 *
 * @param {{text: string, undo_url?: string, undo_word?: string}} toast
 */
export function show({ text, undo_url: url, undo_word: word }) {
  const place = must("[data-toasts]");
  const one = document.createElement("div");
  one.className = "toast-one";
  one.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (url) {
    const button = Object.assign(document.createElement("button"), {
      className: "btn btn-low",
      textContent: word,
      type: "button",
    });
    button.dataset.act = "undo";
    button.addEventListener("click", () => {
      htmx.ajax("post", url, { swap: "none" }).catch(() => {});
      place.replaceChildren();
    });
    one.append(button);
  }
  place.replaceChildren(one);
  clearTimeout(gone);
  gone = setTimeout(() => place.replaceChildren(), SHOWN_MS);
}
