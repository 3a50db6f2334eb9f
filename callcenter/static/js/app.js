// Every page: htmx, clocks, keys, menus, the line to the server.

import htmx from "htmx.org";
import * as acts from "./lib/acts.js";
import * as answers from "./lib/answers.js";
import * as approvalsBell from "./lib/approvals_bell.js";
import * as clock from "./lib/clock.js";
import * as csrf from "./lib/csrf.js";
import * as drafts from "./lib/drafts.js";
import * as keys from "./lib/keys.js";
import * as live from "./lib/live.js";
import * as menus from "./lib/menus.js";
import * as toast from "./lib/toast.js";

window.htmx = htmx;
csrf.guard();
answers.start();
acts.start();
clock.start();
menus.start();
drafts.start();
live.on("line.back", drafts.sendKept);
live.start();
approvalsBell.start();
document.addEventListener("toast", (event) => toast.show(event.detail));

// Last of all: every script of the page has run, and htmx knows its forms. Keys that came sooner would go past both.
document.addEventListener("DOMContentLoaded", () => {
  keys.start();
  document.body.dataset.ready = "";
});
