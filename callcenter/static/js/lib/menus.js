// Menus are <details>: one open at a time, closed by a click elsewhere. The colours are kept in a cookie.

import { must, origin } from "./dom.js";

const YEAR_S = 31536000;

/** @param {Element | null} except */
function close(except) {
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const open = document.querySelectorAll("details[data-menu][open]");
  open.forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

/** @param {HTMLElement} button */
function choose(button) {
  const theme = button.dataset.themeChoice;
  document.documentElement.dataset.bsTheme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: Firefox 128 and Safari 17.5 know no Cookie Store; the value is one of ours.
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  button.parentElement
    ?.querySelectorAll("button")
    .forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
}

/** @param {HTMLElement} button */
function showPassword(button) {
  /** @type {HTMLInputElement} */
  const field = must("input", button.parentElement ?? document);
  field.type = field.type === "password" ? "text" : "password";
  button.setAttribute("aria-pressed", String(field.type === "text"));
}

export function start() {
  document.addEventListener("click", (event) => {
    close(origin(event).closest("details[data-menu]"));
    const theme = origin(event).closest("[data-theme-choice]");
    if (theme) choose(theme);
    const eye = origin(event).closest("[data-show-password]");
    if (eye) showPassword(eye);
    const row = origin(event).closest("tr[data-href]");
    if (row && !origin(event).closest("a, button, input, select, label"))
      window.location.assign(row.dataset.href ?? "");
  });
}
