// The demo's browser telephone: the same face as the telephone company's device, words instead of sound.

class SimulatedCall {
  constructor(url, sid) {
    this.url = `${url}/device/${sid}`;
    this.listeners = new Map();
    this.isOver = false;
    this.last = 0;
    this.stream = new EventSource(`${this.url}/events`);
    this.leave = () => fetch(`${this.url}/hangup`, { method: "POST", keepalive: true, mode: "no-cors" });
    window.addEventListener("pagehide", this.leave);
    this.stream.onmessage = (message) => this.#take(JSON.parse(message.data));
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  #tell(name, detail) {
    (this.listeners.get(name) ?? []).forEach((listener) => listener(detail));
  }

  /** A stream that was broken begins anew: what was heard before is not told twice. */
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

  #post(act, body = {}) {
    return send(`${this.url}/${act}`, body).catch(() => this.#tell("error", { code: 31000 }));
  }

  mute(value) {
    this.#post("mute", { muted: value });
  }

  sendDigits(digits) {
    this.#post("digits", { digits });
  }

  say(text) {
    this.#post("say", { text });
  }

  async disconnect() {
    await this.#post("hangup");
    this.#end();
  }
}

export class SimulatedDevice {
  constructor(url, token) {
    this.url = url.replace(/\/$/, "");
    this.token = token;
  }

  updateToken(token) {
    this.token = token;
  }

  async connect({ params }) {
    const answer = await send(`${this.url}/device/connect`, { token: this.token, params });
    return new SimulatedCall(this.url, (await answer.json()).call_sid);
  }
}

async function send(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(`The simulator answered ${answer.status}`), { code: 31000 });
  return answer;
}
