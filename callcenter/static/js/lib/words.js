// The translated words that the server put into the page.

const held = document.querySelector('meta[name="words"]');
const words = held ? JSON.parse(held.content) : {};

export function say(name, values = {}) {
  const sentence = words[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}
