// What the type check knows of our pages beyond the browser's own types: what selectors find, and the events of htmx.

import type htmx from "htmx.org";

declare global {
  // A selector on our pages finds HTML; the few places that look for a drawing's parts say so.
  interface ParentNode {
    querySelector<E extends Element = HTMLElement>(selectors: string): E | null;
    querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
  }
  interface Element {
    closest<E extends Element = HTMLElement>(selectors: string): E | null;
  }

  /** What can be written or chosen in. */
  type Field = HTMLInputElement | HTMLTextAreaElement;
  type Button = HTMLButtonElement;
  type Timer = ReturnType<typeof setTimeout>;
  /** Values for the places of a sentence. */
  type Values = Record<string, string | number>;

  /** What the server pushes, and the line itself tells: docs/api.md has every name and its ids. */
  interface LiveEvent {
    name: string;
    sequence?: number | null;
    [key: string]: unknown;
  }

  // Not in the browser's own types yet: Firefox and Safari lack it.
  interface AudioContext {
    setSinkId?(id: string): Promise<void>;
  }

  interface Window {
    htmx: typeof htmx;
  }

  /** https://htmx.org/events: what our listeners read of it. */
  interface HtmxDetail {
    elt: HTMLElement;
    target: HTMLElement;
    xhr: XMLHttpRequest;
    headers: Record<string, string>;
    requestConfig?: { elt: HTMLElement; verb: string; triggeringEvent?: SubmitEvent };
    serverResponse?: string;
    swapOverride?: string;
    successful?: boolean;
    isError: boolean;
    shouldSwap: boolean;
  }
  type HtmxEvent = CustomEvent<HtmxDetail> & { readonly target: HTMLElement };

  interface DocumentEventMap {
    "htmx:configRequest": HtmxEvent;
    "htmx:beforeRequest": HtmxEvent;
    "htmx:afterRequest": HtmxEvent;
    "htmx:beforeSwap": HtmxEvent;
    "htmx:afterSwap": HtmxEvent;
    "htmx:afterSettle": HtmxEvent;
    "htmx:sendError": HtmxEvent;
    "htmx:timeout": HtmxEvent;
    toast: CustomEvent<{ text: string; undo_url?: string; undo_word?: string }>;
    "desk:open": CustomEvent<{ url: string }>;
    "voice:connect": CustomEvent<Record<string, string> & { params?: Record<string, string> }>;
  }
}
