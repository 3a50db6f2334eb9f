// Menus are <details>: one open at a time, closed by a click elsewhere. The colours are kept in a cookie.

const YEAR_S = 31536000;

function close(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

function choose(button) {
  const theme = button.dataset.themeChoice;
  document.documentElement.dataset.bsTheme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: Firefox 128 and Safari 17.5 know no Cookie Store; the value is one of ours.
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  button.parentElement
    .querySelectorAll("button")
    .forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
}

function showPassword(button) {
  const field = button.parentElement.querySelector("input");
  field.type = field.type === "password" ? "text" : "password";
  button.setAttribute("aria-pressed", String(field.type === "text"));
}

export function start() {
  document.addEventListener("click", (event) => {
    close(event.target.closest("details[data-menu]"));
    const theme = event.target.closest("[data-theme-choice]");
    if (theme) choose(theme);
    const eye = event.target.closest("[data-show-password]");
    if (eye) showPassword(eye);
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, select, label")) window.location.assign(row.dataset.href);
  });
}
