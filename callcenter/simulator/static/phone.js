// The customer's phone: who I am, what I do, and the stream of what happens. Drawing is in talk.js and thread.js.

import { current, isLive, isOlder, showCall, showEnd, takeLine, tick } from "./talk.js";
import { seen, showThread, startThread, takeMessage } from "./thread.js";
import { fill, find, post, words } from "./words.js";

const KEPT = "phone-person";
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
let person = null;
let stream = null;
let asked = 0;

function complain(error) {
  find("notice").textContent = fill(words.refused, { why: error.message });
  find("notice").hidden = false;
}

const forgive = () => (find("notice").hidden = true);

const act = (deed) => async (event) => {
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
  const number = find("number").selectedOptions[0];
  if (!person) return;
  tick({ name: person.name, shown: number?.dataset.shown ?? "" });
  find("title").textContent = innerWidth > 900 ? words.customersPhone : fill(words.phoneOf, { who: shortName() });
}

// Carla of Carla Mendes; a description such as "A number we do not know" stays whole.
function shortName() {
  const parts = person.name.split(" ");
  return parts.length === 2 ? parts[0] : person.name;
}

// Listen first, then ask what was before: nothing is missed between the two.
function choose(input) {
  person = { id: input.value, name: input.dataset.name, number: input.dataset.number };
  remember(person.id);
  document.title = fill(words.phoneOf, { who: person.name });
  showCall(null);
  stream?.close();
  stream = new EventSource(`/phone/${person.id}/events`);
  stream.onmessage = (event) => take(JSON.parse(event.data));
  stream.onerror = () => {
    find("notice").textContent = words.lost;
    find("notice").hidden = false;
  };
  redraw();
}

function take(event) {
  if (event.type === "listening") {
    forgive();
    return refresh({ withMessages: true });
  }
  if (event.type === "message") return takeMessage(event.message);
  if (takeLine(event)) refresh({ withMessages: false });
  redraw();
}

async function refresh({ withMessages }) {
  asked += 1;
  const mine = asked;
  const answer = await fetch(`/phone/${person.id}`);
  const now = await answer.json();
  if (now.person.id !== person.id) return;
  if (withMessages) showThread(now.person, now.messages);
  if (mine === asked && !isOlder(now.call)) showCall(now.call);
  redraw();
}

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

const dial = act(() => post("/control/calls", { from: person.number, to: find("number").value, name: person.name }));
const onCall = (deed, body = () => ({})) => act(() => post(`/control/calls/${current().sid}/${deed}`, body()));
const hangUp = onCall("hangup");

const say = act(async () => {
  const text = find("words").value.trim();
  if (!text || !isLive()) return;
  await post(`/control/calls/${current().sid}/say`, { text });
  find("words").value = "";
});

function press(key) {
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!button || button.disabled) return;
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 250);
  onCall("digits", () => ({ digits: key }))();
}

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

async function order(kind) {
  await fetch("/control/faults", { method: "DELETE" });
  if (!kind) return;
  const rules = CALLBACKS_ONLY.has(kind) ? callbacksOnly(FAULTS[kind]) : FAULTS[kind];
  await post("/control/faults", rules);
}

// The greeting itself shall still be heard: only what is told afterwards is late or lost.
function callbacksOnly(rules) {
  const events = ["participant-join", "participant-leave", "conference-start", "conference-end", "completed"];
  const told = [...events, "participant-hold", "participant-unhold", "in-progress", "sent", "delivered"];
  return told.flatMap((event) => rules.map((rule) => ({ ...rule, match: { event } })));
}

async function showOrdered() {
  const { faults, slow_network: slow } = await (await fetch("/control/faults")).json();
  const first = faults[0];
  find("faults").value = slow ? "slow" : first?.kind === "rest" ? String(first.status) : (first?.kind ?? "");
}

function listenToHands() {
  for (const id of ["call", "call-round"]) find(id).addEventListener("click", dial);
  for (const id of ["end", "end-round"]) find(id).addEventListener("click", hangUp);
  find("answer").addEventListener("click", onCall("answer"));
  find("reject").addEventListener("click", onCall("reject"));
  find("mute").addEventListener(
    "click",
    onCall("mute", () => ({ muted: !current().muted })),
  );
  find("mouth").addEventListener("submit", say);
  find("words").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) say(event);
  });
  document.querySelector(".keys").addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]");
    if (button) press(button.dataset.key);
  });
  document.addEventListener("keydown", (event) => {
    const isFree = !event.target.closest("input, textarea, select, [role=tab]") && !event.isComposing;
    if (isFree && /^[\d*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) press(event.key);
  });
}

function listenToFrame() {
  document.querySelector(".people").addEventListener("change", (event) => choose(event.target));
  find("change").addEventListener("click", () => document.body.classList.toggle("choosing"));
  find("done").addEventListener("click", () => {
    document.body.classList.remove("choosing");
    showTab(document.body.dataset.tab);
  });
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const tab of tabs) tab.addEventListener("click", () => showTab(tab.dataset.tab));
  document.querySelector(".tabs").addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = tabs.find((tab) => tab.getAttribute("aria-selected") !== "true");
    showTab(other.dataset.tab);
    other.focus();
  });
  find("faults").addEventListener(
    "change",
    act((event) => order(event.target.value)),
  );
  find("number").addEventListener("change", redraw);
  addEventListener("resize", redraw);
}

const people = [...document.querySelectorAll(".people input")];
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
