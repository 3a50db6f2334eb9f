// Typed ways to the parts of a page; types.d.ts says what a selector finds.

/**
 * Where an event happened: the document hears it of its elements.
 *
 * @param {Event} event
 */
export const origin = (event) => /** @type {HTMLElement} */ (event.target);

/**
 * A part that every page with this script has; throws where a template has lost it.
 *
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {E}
 */
export function must(selector, inside = document) {
  /** @type {E | null} */
  const found = inside.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}
