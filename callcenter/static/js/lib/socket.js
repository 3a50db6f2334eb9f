// The numbered line to the server: connect, drop what was seen, ask for what was missed, say when it is cut off.

import { io } from "socket.io-client";
import * as clock from "./clock.js";

const HEARTBEAT_MS = 10000;
const ACK_MS = 5000;
const PAUSES_S = [1, 2, 3, 5, 8, 10];
const SEEN_AT_MOST = 2000;

/** handlers: event(payload), reset(), live(wasCutOff), cutOff(lastContact), waiting(seconds), refused(). */
export class Line {
  constructor(after, handlers) {
    this.after = after;
    this.handlers = handlers;
    this.seen = new Set();
    this.lastContact = Date.now();
    this.isLive = false;
    this.tries = 0;
    this.socket = io({ transports: ["websocket"], reconnection: false, timeout: ACK_MS, autoConnect: false });
    this.socket.on("connect", () => this.#catchUp());
    this.socket.on("disconnect", () => this.#lost());
    this.socket.on("connect_error", (error) => this.#failed(error));
    this.socket.onAny((name, payload) => this.#take({ name, ...(payload ?? {}) }));
    window.addEventListener("online", () => this.tryNow());
    window.addEventListener("offline", () => this.socket.disconnect());
    this.beat = setInterval(() => this.socket.connected && this.#catchUp(), HEARTBEAT_MS);
  }

  open() {
    this.socket.connect();
  }

  tryNow() {
    clearInterval(this.countdown);
    if (!this.socket.connected) this.socket.connect();
  }

  #catchUp() {
    const asked = Date.now();
    this.socket.timeout(ACK_MS).emit("catch_up", { after: this.after }, (error, answer) => {
      if (error) return this.socket.disconnect();
      this.lastContact = Date.now();
      if (answer?.now) clock.set(answer.now, Date.now() - asked);
      if (answer?.reset) this.handlers.reset();
      (answer?.events ?? []).forEach((event) => this.#take(event));
      if (Number.isInteger(answer?.n)) this.after = answer.n;
      this.#found();
    });
  }

  #take(event) {
    this.lastContact = Date.now();
    if (Number.isInteger(event.n)) {
      if (this.seen.has(event.n)) return;
      this.seen.add(event.n);
      if (this.seen.size > SEEN_AT_MOST) this.seen.delete(this.seen.values().next().value);
    }
    this.handlers.event(event);
  }

  #found() {
    this.tries = 0;
    if (this.isLive) return;
    this.isLive = true;
    this.handlers.live(Boolean(this.wasCutOff));
    this.wasCutOff = false;
  }

  #failed(error) {
    if (error?.data?.refused || error?.message === "refused") return this.handlers.refused();
    this.#lost();
  }

  #lost() {
    this.isLive = false;
    this.wasCutOff = true;
    this.handlers.cutOff(this.lastContact);
    let left = PAUSES_S[Math.min(this.tries++, PAUSES_S.length - 1)];
    clearInterval(this.countdown);
    this.handlers.waiting(left);
    this.countdown = setInterval(() => {
      left -= 1;
      this.handlers.waiting(Math.max(left, 0));
      if (left <= 0) this.tryNow();
    }, 1000);
  }
}
