// Checklists of topics: what the person knows already. It is kept in this browser only, one set for all
// lists and tabs; where nothing can be stored it lasts as long as the page.

const KEY = "cairn.known";

let known = new Set();

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    known = new Set(Array.isArray(stored) ? stored : []);
  } catch {
    // No storage, or not ours in it: what is known to the page stays.
  }
}

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify([...known]));
  } catch {
    // No storage.
  }
}

function show(list) {
  const items = [...list.querySelectorAll("li[data-id]")];
  for (const item of items) {
    const tick = item.querySelector("input");
    tick.hidden = tick.disabled = false;
    tick.checked = known.has(item.dataset.id);
  }
  const progress = list.nextElementSibling;
  if (!progress?.matches(".progress")) return;
  const count = items.filter((item) => known.has(item.dataset.id)).length;
  progress.textContent = `${count} of ${items.length} known`;
  progress.hidden = false;
}

function ticked({ target }) {
  const { id } = target.closest("li").dataset;
  if (target.checked) known.add(id);
  else known.delete(id);
  write();
}

export function keepProgress() {
  const lists = [...document.querySelectorAll("ol.checklist")];
  if (lists.length === 0) return;
  const refresh = () => {
    read();
    lists.forEach(show);
  };
  for (const list of lists) {
    list.addEventListener("change", (event) => {
      ticked(event);
      lists.forEach(show);
    });
  }
  addEventListener("storage", refresh);
  // A page that is gone back to has heard nothing meanwhile.
  addEventListener("pageshow", (event) => event.persisted && refresh());
  refresh();
}
