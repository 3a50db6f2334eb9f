// Words, times and small parts that every other file of the page needs. No state.

/** @type {Record<string, string>} */
export const words = JSON.parse(document.body.dataset.words ?? "{}");
const language = document.documentElement.lang;

/** @type {string} */
export const company = document.body.dataset.company ?? "";

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function find(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found;
}

/**
 * A field or a button of the page.
 *
 * @type {(id: string) => HTMLInputElement}
 */
export const field = (id) => /** @type {HTMLInputElement} */ (find(id));

/** @type {(id: string) => HTMLSelectElement} */
export const choice = (id) => /** @type {HTMLSelectElement} */ (find(id));

/** @type {(event: Event) => HTMLElement} where an event happened */
export const origin = (event) => /** @type {HTMLElement} */ (event.target);

/**
 * The first that fits; the page has one.
 *
 * @param {string} selector
 */
export function part(selector) {
  const found = document.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/** @type {(date: string | number, before: string | number) => number} milliseconds between two times */
export const between = (date, before) => new Date(date).getTime() - new Date(before).getTime();

/**
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string | null} [text]
 */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** @param {string} name */
export function icon(name) {
  /** @type {HTMLTemplateElement | null} */
  const template = document.querySelector(`template[data-icon="${name}"]`);
  if (!template) throw new Error(`The page has no icon ${name}`);
  return template.content.cloneNode(true);
}

/** @param {number} number */
const pad = (number) => String(number).padStart(2, "0");

// 00:27 on a running clock, 1:02:03 above an hour.
/** @param {number} milliseconds */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${pad(minutes)}:${pad(seconds % 60)}`;
}

// 0:06 since the call began, beside a sentence.
/** @param {number} milliseconds */
export function since(milliseconds) {
  return clock(milliseconds).replace(/^0(\d:)/, "$1");
}

// 1 min 58 s, in the reader's language.
/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h) return fill(words.hours, { h, m });
  return m ? fill(words.minutes, { m, s }) : fill(words.seconds, { s });
}

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" });

/** @param {string} at */
export const shortTime = (at) => time.format(new Date(at));
/** @param {string} at */
export const exactTime = (at) => exact.format(new Date(at));

/** @param {string} at */
export function dayAndTime(at) {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  return `${isToday ? words.today : day.format(moment)} ${time.format(moment)}`;
}

// Stays at its end while something is added, but only if it was there.
/**
 * @param {HTMLElement} list
 * @param {() => void} change
 */
export function keepingEnd(list, change) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  change();
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

/**
 * @param {string} path
 * @param {object} [body]
 */
export async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}
