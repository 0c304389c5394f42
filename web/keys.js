// Keys that work on every page: "/" and Ctrl-K reach the search box, "?" tells about the keys, "[" and
// "]" turn pages, and the arrows walk from the box through the results. Enter stays the browser's own.

const FIELDS = "input, textarea, select";
const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

function focus(element) {
  element?.focus();
  return Boolean(element);
}

function reach(box) {
  box?.select();
  return focus(box);
}

function showHelp(help) {
  help?.showModal();
  return Boolean(help);
}

function turnPage(direction) {
  const link = document.querySelector(`nav.pager a[rel~=${direction}]`);
  link?.click();
  return Boolean(link);
}

// Down from the box to the first result, and from one to the next; up the same way back.
function walk({ key, target }, box) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  const stops = [box, ...document.querySelectorAll("a.open")];
  const at = stops.indexOf(target);
  return Boolean(step) && at >= 0 && focus(stops[at + step]);
}

// True if the key did something here.
function press(event, box, help) {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) return reach(box);
  if (hasModifier(event)) return false;
  if (!event.shiftKey && walk(event, box)) return true;
  if (event.target.isContentEditable || event.target.closest(FIELDS)) return false;
  // Shift is no modifier here: many keyboards need it for these.
  if (event.key === "/") return reach(box);
  if (event.key === "?") return showHelp(help);
  if (event.key === "[") return turnPage("prev");
  if (event.key === "]") return turnPage("next");
  return false;
}

export function listenToKeys(box, help) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || help?.open) return;
    if (press(event, box, help)) event.preventDefault();
  });
}
