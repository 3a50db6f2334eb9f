// An answer reaches the page though the place it was asked from was replaced under way: what it shows goes to the element
// that stands there by now, and what it tells (HX-Trigger) to the document.

const DONE = 4;

/**
 * htmx reads the target and tells the events once the answer has loaded; a request that is done says so just before.
 *
 * @param {HtmxEvent} event
 */
function follow({ detail }) {
  const { elt, xhr } = detail;
  const { id } = detail.target;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState !== DONE) return;
    if (!detail.target.isConnected) detail.target = (id && document.getElementById(id)) || detail.target;
    if (!elt.isConnected) tell(xhr.getResponseHeader("HX-Trigger"));
  });
}

/**
 * What htmx itself would tell an element that nobody hears any more. Ours are always JSON: {name: detail}.
 *
 * @param {string | null} header
 */
function tell(header) {
  for (const [name, detail] of Object.entries(JSON.parse(header ?? "{}"))) {
    document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

export function start() {
  document.addEventListener("htmx:beforeRequest", follow);
}
