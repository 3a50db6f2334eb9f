// An answer whose target was replaced while it was under way goes to the element that stands in its place by now.

const DONE = 4;

/**
 * htmx reads the target once the answer has loaded; a request that is done says so just before.
 *
 * @param {HtmxEvent} event
 */
function follow({ detail }) {
  const { id } = detail.target;
  detail.xhr.addEventListener("readystatechange", () => {
    if (detail.xhr.readyState !== DONE || detail.target.isConnected) return;
    detail.target = (id && document.getElementById(id)) || detail.target;
  });
}

export function start() {
  document.addEventListener("htmx:beforeRequest", follow);
}
