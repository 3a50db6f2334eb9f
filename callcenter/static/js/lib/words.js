// The translated words that the server put into the page.

/** @type {HTMLMetaElement | null} */
const held = document.querySelector('meta[name="words"]');
/** @type {Record<string, string>} */
const words = held ? JSON.parse(held.content) : {};

/**
 * @param {string} name
 * @param {Values} [values]
 */
export function say(name, values = {}) {
  const sentence = words[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}
