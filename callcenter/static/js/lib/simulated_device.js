// The demo's browser telephone: the same face as the telephone company's device, words instead of sound.

/**
 * What an event tells depends on its name, as with the telephone company's device.
 *
 * @typedef {(detail: any) => void} Listener
 */

export class SimulatedCall {
  /**
   * @param {string} url
   * @param {string} sid
   */
  constructor(url, sid) {
    this.url = `${url}/device/${sid}`;
    /** @type {Map<string, Listener[]>} */
    this.listeners = new Map();
    this.isOver = false;
    this.last = 0;
    this.stream = new EventSource(`${this.url}/events`);
    this.leave = () => fetch(`${this.url}/hangup`, { method: "POST", keepalive: true, mode: "no-cors" });
    window.addEventListener("pagehide", this.leave);
    this.stream.onmessage = (message) => this.#take(JSON.parse(message.data));
  }

  /**
   * @param {string} name
   * @param {Listener} listener
   */
  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  /**
   * @param {string} name
   * @param {unknown} [detail]
   */
  #tell(name, detail) {
    (this.listeners.get(name) ?? []).forEach((listener) => listener(detail));
  }

  /**
   * A stream that was broken begins anew: what was heard before is not told twice.
   *
   * @param {{n: number, type: string, who?: string, text?: string}} event
   */
  #take(event) {
    if (event.n <= this.last) return;
    this.last = event.n;
    if (event.type === "connected") this.#tell("accept");
    else if (event.type === "ended") this.#end();
    else if (event.text) this.#tell("heard", event);
  }

  #end() {
    if (this.isOver) return;
    this.isOver = true;
    this.stream.close();
    window.removeEventListener("pagehide", this.leave);
    this.#tell("disconnect");
  }

  /**
   * @param {string} act
   * @param {object} [body]
   */
  #post(act, body = {}) {
    return send(`${this.url}/${act}`, body).catch(() => this.#tell("error", { code: 31000 }));
  }

  /** @param {boolean} value */
  mute(value) {
    this.#post("mute", { muted: value });
  }

  /** @param {string} digits */
  sendDigits(digits) {
    this.#post("digits", { digits });
  }

  /** @param {string} text */
  say(text) {
    this.#post("say", { text });
  }

  async disconnect() {
    await this.#post("hangup");
    this.#end();
  }
}

export class SimulatedDevice {
  /**
   * @param {string} url
   * @param {string} token
   */
  constructor(url, token) {
    this.url = url.replace(/\/$/, "");
    this.token = token;
  }

  /** @param {string} token */
  updateToken(token) {
    this.token = token;
  }

  /** @param {{params: Record<string, string>}} options */
  async connect({ params }) {
    const answer = await send(`${this.url}/device/connect`, { token: this.token, params });
    return new SimulatedCall(this.url, (await answer.json()).call_sid);
  }
}

/**
 * @param {string} url
 * @param {object} body
 */
async function send(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(`The simulator answered ${answer.status}`), { code: 31000 });
  return answer;
}
