// Search as you type. The page works without this file: the form is a plain one, and this only
// fetches the same results without loading the whole page. Stale answers are dropped.

const box = document.getElementById("q");
const results = document.getElementById("results");
const list = document.getElementById("suggestions");
const PAUSE_MS = 60;

let waiting = 0;
let request = null;

async function show(query) {
  request?.abort();
  request = new AbortController();
  const parameters = new URLSearchParams(query ? { q: query } : {});
  try {
    const response = await fetch(`/results?${parameters}&typing=1`, { signal: request.signal });
    if (!response.ok) return;
    // The server's own markup, escaped there; scripts in it would not run in any case.
    results.innerHTML = await response.text();
    history.replaceState(null, "", query ? `/?${parameters}` : "/");
    document.title = `${query || "Search"} · Cairn`;
    await suggest(query, request.signal);
  } catch (error) {
    if (error.name !== "AbortError") box.form.classList.add("offline");
  }
}

// What was typed may become these: the browser shows them below the box.
async function suggest(query, signal) {
  if (!list || query.length < 2) return;
  const response = await fetch(`/api/v1/suggest?${new URLSearchParams({ q: query })}`, { signal });
  if (!response.ok) return;
  const { suggestions } = await response.json();
  list.replaceChildren(
    ...suggestions.map(({ text, kind, id }) => {
      const option = document.createElement("option");
      option.value = kind === "source" ? `source:${id}` : text;
      option.label = kind;
      return option;
    }),
  );
}

if (box && results) {
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => show(box.value.trimStart()), PAUSE_MS);
  });
}

// "/" and Ctrl-K reach the search box from anywhere but another field.
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest?.("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey;
  const ctrlK = event.key === "k" && (event.ctrlKey || event.metaKey);
  if (box && (slash || ctrlK)) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
