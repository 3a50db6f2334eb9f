// What I am about to send: a text, and files beside it until they are sent or taken away again.

import { field, fill, find, make, post, words } from "./words.js";

const MOST_FILES = 10;
const LARGEST = 16 * 1024 * 1024;
const text = field("text");
const input = field("file");
/** @type {File[]} */
let files = [];
let isSending = false;

export function forgetFiles() {
  files = [];
  showFiles();
}

function showFiles() {
  find("files").hidden = !files.length;
  find("files").replaceChildren(...files.map(chip));
}

/** @param {File} file */
function chip(file) {
  const item = make("li", "", file.name);
  const button = /** @type {HTMLButtonElement} */ (make("button", "", "×"));
  button.type = "button";
  button.ariaLabel = fill(words.remove, { name: file.name });
  button.addEventListener("click", () => {
    files = files.filter((other) => other !== file);
    showFiles();
    find("attach").focus();
  });
  item.append(button);
  return item;
}

function takeFiles() {
  const chosen = [...files, ...(input.files ?? [])];
  input.value = "";
  const large = chosen.find((file) => file.size > LARGEST);
  if (large) throw new Error(fill(words.tooLarge, { name: large.name }));
  if (chosen.length > MOST_FILES) throw new Error(words.tooMany);
  files = chosen;
  showFiles();
  text.focus();
}

/** @param {File} file */
async function packed(file) {
  return { name: file.name, type: file.type, content: await base64(file) };
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** @param {{from: string, to: string}} ends */
async function send(ends) {
  const body = text.value;
  if (isSending || (!body.trim() && !files.length)) return;
  isSending = true;
  try {
    await post("/control/messages", { ...ends, body, attachments: await Promise.all(files.map(packed)) });
    text.value = "";
    forgetFiles();
  } finally {
    isSending = false;
  }
}

/**
 * @param {() => {from: string, to: string}} ends
 * @param {(error: unknown) => void} complain
 */
export function startCompose(ends, complain) {
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    send(ends()).catch(complain);
  };
  find("compose").addEventListener("submit", submit);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  find("attach").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    try {
      takeFiles();
    } catch (error) {
      complain(error);
    }
  });
}
