// What screen readers hear: politely in general, loudly for an offer alone.

/**
 * @param {string} selector
 * @param {string} text
 */
function put(selector, text) {
  const region = document.querySelector(selector);
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

/** @param {string} text */
export const politely = (text) => put("[data-polite]", text);
/** @param {string} text */
export const loudly = (text) => put("[data-loud]", text);
