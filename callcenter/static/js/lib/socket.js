// The numbered line to the server: connect, drop what was seen, ask for what was missed, say when it is cut off.

import { io } from "socket.io-client";
import * as clock from "./clock.js";

const HEARTBEAT_MS = 10000;
const ACK_MS = 5000;
const PAUSES_S = [1, 2, 3, 5, 8, 10];
const SEEN_AT_MOST = 2000;

/**
 * @typedef {object} Handlers
 * @property {(event: LiveEvent) => void} event
 * @property {() => void} reset too much was missed: everything is asked for again
 * @property {(wasCutOff: boolean) => void} live
 * @property {(lastContact: number) => void} cutOff
 * @property {(seconds: number) => void} waiting
 * @property {() => void} refused
 */
/** @typedef {{sequence?: number, now?: string, reset?: boolean, events?: LiveEvent[]}} CaughtUp */
/** @typedef {Error & {data?: {refused?: boolean}}} RefusedError */

export class Line {
  /** @type {Timer | undefined} */
  countdown;
  wasCutOff = false;

  /**
   * @param {number | null} after the newest event that the page shows
   * @param {Handlers} handlers
   */
  constructor(after, handlers) {
    this.after = after;
    this.handlers = handlers;
    /** @type {Set<number>} */
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
    /** @type {(error: Error | null, answer?: CaughtUp) => void} */
    const take = (error, answer) => {
      if (error) return this.socket.disconnect();
      this.lastContact = Date.now();
      if (answer?.now) clock.set(answer.now, Date.now() - asked);
      if (answer?.reset) this.handlers.reset();
      (answer?.events ?? []).forEach((event) => this.#take(event));
      if (typeof answer?.sequence === "number") this.after = answer.sequence;
      this.#found();
    };
    this.socket.timeout(ACK_MS).emit("catch_up", { after: this.after }, take);
  }

  /** @param {LiveEvent} event */
  #take(event) {
    this.lastContact = Date.now();
    if (typeof event.sequence === "number") {
      if (this.seen.has(event.sequence)) return;
      this.seen.add(event.sequence);
      const [oldest] = this.seen;
      if (this.seen.size > SEEN_AT_MOST) this.seen.delete(oldest);
    }
    this.handlers.event(event);
  }

  #found() {
    this.tries = 0;
    if (this.isLive) return;
    this.isLive = true;
    this.handlers.live(this.wasCutOff);
    this.wasCutOff = false;
  }

  /** @param {RefusedError} error */
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
