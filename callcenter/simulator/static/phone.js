// The customer's phone: who I am, what I do, and the stream of what happens. Drawing is in talk.js and thread.js.

import { current, isLive, isOlder, showCall, showEnd, takeLine, tick } from "./talk.js";
import { changePerson, seen, showThread, startThread, takeMessage } from "./thread.js";
import { choice, field, fill, find, origin, part, post, words } from "./words.js";

/** @import { Line } from "./talk.js" */
/** @import { Message } from "./thread.js" */

const KEPT = "phone-person";
/** @type {Record<string, object[]>} */
const FAULTS = {
  duplicate: [{ match: {}, fault: "duplicate", times: null }],
  parallel: [{ match: {}, fault: "parallel", times: null }],
  delay: [{ match: {}, fault: "delay", seconds: 3, times: null }],
  reorder: [{ match: {}, fault: "reorder", times: null }],
  drop: [{ match: {}, fault: "drop", times: null, chance: 0.5 }],
  forged: [{ match: {}, fault: "forged", times: null }],
  slow: [{ slow_network: 1.5 }],
  429: [{ rest: { path: "", status: 429, times: null } }],
  500: [{ rest: { path: "", status: 500, times: null } }],
};
const CALLBACKS_ONLY = new Set(["delay", "drop"]);
/** @type {{id: string, name: string, number: string} | null} */
let person = null;
/** @type {EventSource | null} */
let stream = null;
let asked = 0;

/** @param {unknown} error */
function complain(error) {
  find("notice").textContent = fill(words.refused, { why: error instanceof Error ? error.message : String(error) });
  find("notice").hidden = false;
}

const forgive = () => (find("notice").hidden = true);

/** @param {(event: Event | undefined) => unknown} deed */
const act = (deed) => async (/** @type {Event | undefined} */ event) => {
  event?.preventDefault();
  forgive();
  try {
    await deed(event);
  } catch (error) {
    complain(error);
  }
  redraw();
};

function redraw() {
  const number = choice("number").selectedOptions[0];
  if (!person) return;
  tick({ name: person.name, display: number?.dataset.display ?? "" });
  find("title").textContent =
    innerWidth > 900 ? words.customersPhone : fill(words.phoneOf, { who: shortName(person.name) });
}

// Carla of Carla Mendes; a description such as "A number we do not know" stays whole.
/** @param {string} name */
function shortName(name) {
  const parts = name.split(" ");
  return parts.length === 2 ? parts[0] : name;
}

// Listen first, then ask what was before: nothing is missed between the two.
/** @param {HTMLInputElement} input */
function choose(input) {
  person = { id: input.value, name: input.dataset.name ?? "", number: input.dataset.number ?? "" };
  remember(person.id);
  document.title = fill(words.phoneOf, { who: person.name });
  showCall(null);
  changePerson(person);
  stream?.close();
  stream = new EventSource(`/phone/${person.id}/events`);
  stream.onmessage = (event) => take(JSON.parse(event.data));
  stream.onerror = () => {
    find("notice").textContent = words.lost;
    find("notice").hidden = false;
  };
  redraw();
}

/** @param {Line & {message: Message}} event */
function take(event) {
  if (event.type === "listening") {
    forgive();
    return refresh({ withMessages: true });
  }
  if (event.type === "message") return takeMessage(event.message);
  if (takeLine(event)) refresh({ withMessages: false });
  redraw();
}

/** @param {{withMessages: boolean}} options */
async function refresh({ withMessages }) {
  asked += 1;
  const mine = asked;
  if (!person) return;
  const answer = await fetch(`/phone/${person.id}`);
  const now = await answer.json();
  if (now.person.id !== person?.id) return;
  if (withMessages) showThread(now.person, now.messages);
  if (mine === asked && !isOlder(now.call)) showCall(now.call);
  redraw();
}

/** @param {string} id */
function remember(id) {
  try {
    localStorage.setItem(KEPT, id);
  } catch {
    // A browser that keeps nothing starts with the first person again.
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

const dial = act(() =>
  post("/control/calls", { from: person?.number, to: choice("number").value, name: person?.name }),
);
/**
 * @param {string} deed
 * @param {() => object} [body]
 */
const onCall = (deed, body = () => ({})) => act(() => post(`/control/calls/${current()?.sid}/${deed}`, body()));
const hangUp = onCall("hangup");

const say = act(async () => {
  const text = field("words").value.trim();
  if (!text || !isLive()) return;
  await post(`/control/calls/${current()?.sid}/say`, { text });
  field("words").value = "";
});

/** @param {string} key */
function press(key) {
  /** @type {HTMLButtonElement | null} */
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!button || button.disabled) return;
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 250);
  onCall("digits", () => ({ digits: key }))(undefined);
}

/** @param {string} name */
function showTab(name) {
  document.body.dataset.tab = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const isChosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
  }
  if (name === "messages") {
    seen();
    find("thread").scrollTop = find("thread").scrollHeight;
  } else {
    showEnd();
  }
}

/** @param {string} kind */
async function order(kind) {
  await fetch("/control/faults", { method: "DELETE" });
  if (!kind) return;
  const rules = CALLBACKS_ONLY.has(kind) ? callbacksOnly(FAULTS[kind]) : FAULTS[kind];
  await post("/control/faults", rules);
}

// The greeting itself shall still be heard: only what is reported afterwards is late or lost.
/** @param {object[]} rules */
function callbacksOnly(rules) {
  const events = ["participant-join", "participant-leave", "conference-start", "conference-end", "completed"];
  const delayed = [...events, "participant-hold", "participant-unhold", "in-progress", "sent", "delivered"];
  return delayed.flatMap((event) => rules.map((rule) => ({ ...rule, match: { event } })));
}

async function showOrdered() {
  const { faults, slow_network: slow } = await (await fetch("/control/faults")).json();
  const first = faults[0];
  choice("faults").value = slow ? "slow" : first?.kind === "rest" ? String(first.status) : (first?.kind ?? "");
}

function listenToHands() {
  for (const id of ["call", "call-round"]) find(id).addEventListener("click", dial);
  for (const id of ["end", "end-round"]) find(id).addEventListener("click", hangUp);
  find("answer").addEventListener("click", onCall("answer"));
  find("reject").addEventListener("click", onCall("reject"));
  find("mute").addEventListener(
    "click",
    onCall("mute", () => ({ muted: !current()?.muted })),
  );
  find("mouth").addEventListener("submit", say);
  find("words").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) say(event);
  });
  part(".keys").addEventListener("click", (event) => {
    const button = origin(event).closest("[data-key]");
    if (button) press(button.dataset.key ?? "");
  });
  document.addEventListener("keydown", (event) => {
    const isFree = !origin(event).closest("input, textarea, select, [role=tab]") && !event.isComposing;
    if (isFree && /^[\d*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) press(event.key);
  });
}

function listenToFrame() {
  part(".people").addEventListener("change", (event) => choose(/** @type {HTMLInputElement} */ (event.target)));
  find("change").addEventListener("click", () => document.body.classList.toggle("choosing"));
  find("done").addEventListener("click", () => {
    document.body.classList.remove("choosing");
    showTab(document.body.dataset.tab ?? "");
  });
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const tab of tabs) tab.addEventListener("click", () => showTab(tab.dataset.tab ?? ""));
  part(".tabs").addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = tabs.find((tab) => tab.getAttribute("aria-selected") !== "true");
    if (!other) return;
    showTab(other.dataset.tab ?? "");
    other.focus();
  });
  find("faults").addEventListener(
    "change",
    act(() => order(choice("faults").value)),
  );
  find("number").addEventListener("change", redraw);
  addEventListener("resize", redraw);
}

/** @type {NodeListOf<HTMLInputElement>} */
const inputs = document.querySelectorAll(".people input");
const people = [...inputs];
const first = people.find((input) => input.value === remembered()) ?? people[0];
listenToHands();
listenToFrame();
startThread(complain);
showOrdered();
if (first) {
  first.checked = true;
  choose(first);
}
setInterval(() => isLive() && redraw(), 1000);
