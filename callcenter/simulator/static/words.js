// Words, times and small parts that every other file of the page needs. No state.

export const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;

export const company = document.body.dataset.company;

export const find = (id) => document.getElementById(id);

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function icon(name) {
  return document.querySelector(`template[data-icon="${name}"]`).content.cloneNode(true);
}

const pad = (number) => String(number).padStart(2, "0");

// 00:27 on a running clock, 1:02:03 above an hour.
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${pad(minutes)}:${pad(seconds % 60)}`;
}

// 0:06 since the call began, beside a sentence.
export function since(milliseconds) {
  return clock(milliseconds).replace(/^0(\d:)/, "$1");
}

// 1 min 58 s, in the reader's language.
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h) return fill(words.hours, { h, m });
  return m ? fill(words.minutes, { m, s }) : fill(words.seconds, { s });
}

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" });

export const shortTime = (at) => time.format(new Date(at));
export const exactTime = (at) => exact.format(new Date(at));

export function dayAndTime(at) {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  return `${isToday ? words.today : day.format(moment)} ${time.format(moment)}`;
}

// Stays at its end while something is added, but only if it was there.
export function keepingEnd(list, change) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  change();
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

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
