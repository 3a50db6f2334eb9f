// The matrix of skills: arrow keys and Enter go from cell to cell; what is typed replaces what stood there.

import { origin } from "../lib/dom.js";

/** @type {Record<string, [number, number]>} */
const STEPS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Enter: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * @param {HTMLTableCellElement} cell
 * @param {[number, number]} step how many rows and columns away
 */
function neighbour(cell, [down, across]) {
  const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
  const column = cell.cellIndex + across;
  const { rows } = /** @type {HTMLTableSectionElement} */ (row.parentElement);
  const other = rows[row.rowIndex - rows[0].rowIndex + down];
  return other?.cells[column]?.querySelector("[data-cell]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (
    !step ||
    event.isComposing ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    !origin(event).matches("[data-cell]")
  )
    return;
  const next = neighbour(/** @type {HTMLTableCellElement} */ (origin(event).closest("td")), step);
  event.preventDefault();
  next?.focus();
});

document.addEventListener("focusin", (event) => {
  if (origin(event).matches("input.cell-in")) /** @type {HTMLInputElement} */ (event.target).select();
});
