// The matrix of skills: arrow keys and Enter go from cell to cell; what is typed replaces what stood there.

const STEPS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Enter: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function neighbour(cell, [down, across]) {
  const column = cell.cellIndex + across;
  const rows = cell.closest("tbody").rows;
  const row = rows[cell.parentElement.rowIndex - rows[0].rowIndex + down];
  return row?.cells[column]?.querySelector("[data-cell]");
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (
    !step ||
    event.isComposing ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    !event.target.matches("[data-cell]")
  )
    return;
  const next = neighbour(event.target.closest("td"), step);
  event.preventDefault();
  next?.focus();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("input.cell-in")) event.target.select();
});
