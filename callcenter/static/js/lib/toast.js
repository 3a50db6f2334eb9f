// One short message at the bottom left for 8 s, with a way back. Never for what the page already shows.

import htmx from "htmx.org";

const SHOWN_MS = 8000;
let gone = null;

/** {text, undo_url, undo_word} */
export function show({ text, undo_url: url, undo_word: word }) {
  const place = document.querySelector("[data-toasts]");
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
      htmx.ajax("POST", url, { swap: "none" }).catch(() => {});
      place.replaceChildren();
    });
    one.append(button);
  }
  place.replaceChildren(one);
  clearTimeout(gone);
  gone = setTimeout(() => place.replaceChildren(), SHOWN_MS);
}
