// What is being written is kept on the server as it is written; cut off, on this computer until the server is back.
// data-draft="key" data-draft-url="…" on a field; [data-draft-kept] in the same form says where it stands.

import * as clock from "./clock.js";
import { post } from "./csrf.js";
import { origin } from "./dom.js";
import { say } from "./words.js";

const PAUSE_MS = 800;
const PREFIX = "callcenter.draft.";
/** @type {Map<Field, Timer>} */
const soon = new Map();
/** @type {Map<string, Promise<Response>>} */
const onTheWay = new Map();

/** @param {string} key */
function local(key) {
  return `${PREFIX}${document.body.dataset.person}.${key}`;
}

/** @param {Field} field */
function placeOf({ dataset }) {
  return { key: dataset.draft ?? "", url: dataset.draftUrl ?? "" };
}

/**
 * @param {Field} field
 * @param {string} name
 */
function tell(field, name) {
  const place = field.closest("form")?.querySelector("[data-draft-kept]");
  if (place) place.textContent = say(name, { time: clock.timeOfDay() });
}

/** @param {Event} event */
function written(event) {
  /** @type {Field | null} */
  const field = origin(event).closest?.("[data-draft]");
  if (!field) return;
  saveSoon(field);
}

/** @param {Field} field */
function saveSoon(field) {
  clearTimeout(soon.get(field));
  soon.set(
    field,
    setTimeout(() => save(field), PAUSE_MS),
  );
}

/**
 * @param {string} url
 * @param {string} key
 * @param {string} text
 */
function send(url, key, text) {
  const sent = post(url, { key, text });
  onTheWay.set(key, sent);
  const over = () => onTheWay.get(key) === sent && onTheWay.delete(key);
  sent.then(over, over);
  return sent;
}

/** @param {Field} field */
async function save(field) {
  soon.delete(field);
  const { key, url } = placeOf(field);
  const kept = JSON.stringify({ url, text: field.value });
  localStorage.setItem(local(key), kept);
  try {
    const answer = await send(url, key, field.value);
    if (!answer.ok) throw new Error(String(answer.status));
    if (drop(local(key), kept)) tell(field, "draft_kept");
  } catch {
    tell(field, "draft_local");
  }
}

/**
 * Removes what the server has now. False where something newer was written meanwhile, which stays.
 *
 * @param {string} name
 * @param {string} kept
 */
function drop(name, kept) {
  if (localStorage.getItem(name) !== kept) return false;
  localStorage.removeItem(name);
  return true;
}

/** Sends what stayed on this computer; called when the server is back, and when a page opens. */
export async function sendKept() {
  const mine = local("");
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(mine))) {
    const kept = localStorage.getItem(name) ?? "{}";
    /** @type {{url: string, text: string}} */
    const { url, text } = JSON.parse(kept);
    const key = name.slice(mine.length);
    try {
      const answer = await post(url, { key, text });
      const isOver = answer.ok || answer.status === 404 || answer.status === 410;
      const isKept = isOver && drop(name, kept) && answer.ok;
      /** @type {Field | null} */
      const field = document.querySelector(`[data-draft="${key}"]`);
      if (isKept && field) tell(field, "draft_kept");
    } catch {
      return;
    }
  }
}

/**
 * A field that opens while its newest words are still only here gets them back.
 *
 * @param {ParentNode} [inside]
 */
export function restore(inside = document) {
  /** @type {NodeListOf<Field>} */
  const fields = inside.querySelectorAll("[data-draft]");
  fields.forEach((field) => {
    const kept = localStorage.getItem(local(placeOf(field).key));
    if (kept && document.activeElement !== field) {
      field.value = JSON.parse(kept).text;
      tell(field, "draft_local");
    }
  });
}

/**
 * @param {HtmxEvent} event
 * @returns {Field[]}
 */
function fieldsOf({ detail }) {
  const form = detail.requestConfig?.elt;
  if (!form?.matches?.("form")) return [];
  /** @type {NodeListOf<Field>} */
  const fields = form.querySelectorAll("[data-draft]");
  return [...fields];
}

/** @param {Field} field */
function hold(field) {
  clearTimeout(soon.get(field));
  soon.delete(field);
}

/**
 * What was sent is no draft any more: neither one that is kept here, nor one that is still on its way.
 *
 * @param {Field} field
 */
async function forget(field) {
  const { key, url } = placeOf(field);
  hold(field);
  localStorage.removeItem(local(key));
  const late = onTheWay.get(key);
  if (!late) return;
  await late.catch(() => {});
  localStorage.removeItem(local(key));
  post(url, { key, text: "" }).catch(() => {});
}

/** @param {HtmxEvent} event */
function answered(event) {
  if (event.detail.xhr.status < 300) fieldsOf(event).forEach(forget);
}

/** @param {HtmxEvent} event */
function refused(event) {
  if (!event.detail.successful)
    fieldsOf(event)
      .filter((field) => field.value)
      .forEach(saveSoon);
}

export function start() {
  document.addEventListener("input", written);
  document.addEventListener("htmx:beforeRequest", (event) => fieldsOf(event).forEach(hold));
  document.addEventListener("htmx:beforeSwap", answered);
  document.addEventListener("htmx:afterRequest", refused);
  document.addEventListener("htmx:afterSettle", (event) => restore(event.target));
  window.addEventListener("pagehide", () => {
    soon.forEach((timer, field) => {
      clearTimeout(timer);
      const { key, url } = placeOf(field);
      post(url, { key, text: field.value }, { keepalive: true });
    });
  });
  restore();
  sendKept();
}
