// Suggestions below the search box: the combobox pattern with a list and manual selection. The focus
// stays in the box; aria-activedescendant says which option is active.

import { BASE } from "./base.js";
import { addressOf } from "./search.js";

const SHORTEST = 2;

// Topics and cases have pages of their own.
const PAGES = { topic: `${BASE}topics/`, case: `${BASE}cases/` };
const pageOf = ({ kind, id }) => PAGES[kind] && PAGES[kind] + encodeURIComponent(id);
// An id with a space or a parenthesis is one value only in quotation marks.
const quoted = (id) => (/[\s()]/.test(id) ? `"${id}"` : id);
const queryOf = ({ kind, id, text }) => (kind === "source" ? `source:${quoted(id)} ` : text);
const inNewTab = (address) => window.open(address, "_blank", "noopener");

function element(suggestion, index) {
  const kind = document.createElement("span");
  kind.className = "kind";
  kind.textContent = suggestion.kind === "case" ? "case guide" : suggestion.kind;
  const option = document.createElement("li");
  option.id = `option-${index}`;
  option.role = "option";
  option.ariaSelected = "false";
  option.append(suggestion.text, " ", kind);
  return option;
}

export class Combobox {
  constructor(box, list, say) {
    Object.assign(this, { box, list, say, suggestions: [], active: -1, request: null });
    box.addEventListener("keydown", (event) => this.pressed(event));
    box.addEventListener("blur", () => this.close());
    box.form.addEventListener("submit", () => this.close());
    addEventListener("popstate", () => this.close());
    // The focus stays in the box: its blur would close the list before the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.clicked(event));
  }

  async suggest() {
    this.request?.abort();
    const query = this.box.value.trim();
    if (query.length < SHORTEST || document.activeElement !== this.box) return this.close();
    const request = new AbortController();
    this.request = request;
    const suggestions = await this.ask(query, request.signal);
    if (request === this.request) this.open(suggestions);
  }

  async ask(query, signal) {
    try {
      const response = await fetch(`${BASE}api/v1/suggest?${new URLSearchParams({ q: query })}`, { signal });
      return response.ok ? (await response.json()).suggestions : [];
    } catch {
      if (!signal.aborted) this.say("The server does not answer.", true);
      return [];
    }
  }

  open(suggestions) {
    this.suggestions = suggestions;
    this.list.replaceChildren(...suggestions.map(element));
    this.list.hidden = suggestions.length === 0;
    this.box.ariaExpanded = String(!this.list.hidden);
    this.activate(-1);
  }

  // Closes the list and drops the answer that might open it again.
  close() {
    this.request?.abort();
    this.request = null;
    this.open([]);
  }

  // Makes the option at `index` the active one; -1 is the box itself.
  activate(index) {
    this.active = index;
    for (const [at, option] of [...this.list.children].entries()) {
      option.ariaSelected = String(at === index);
    }
    const option = this.list.children[index];
    if (option) this.box.setAttribute("aria-activedescendant", option.id);
    else this.box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    if (event.isComposing || event.altKey || event.shiftKey) return;
    const control = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" ? this.enter(control) : !control && this.walk(event.key)) {
      event.preventDefault();
    }
  }

  // True if the key was for the list.
  walk(key) {
    const places = this.suggestions.length + 1;
    if (key === "Escape") return this.escape();
    if (places === 1) return false;
    if (key === "ArrowDown") this.activate(((this.active + 2) % places) - 1);
    else if (key === "ArrowUp") this.activate(((this.active + places) % places) - 1);
    else return false;
    return true;
  }

  escape() {
    if (!this.list.hidden) this.close();
    else if (this.box.value) this.type("");
    return true;
  }

  // True unless the form is to be submitted as it is.
  enter(newTab) {
    const suggestion = this.suggestions[this.active];
    if (suggestion) this.choose(suggestion, newTab);
    else if (newTab) inNewTab(addressOf(this.box.value.trim()));
    return Boolean(suggestion) || newTab;
  }

  clicked(event) {
    const index = [...this.list.children].indexOf(event.target.closest("[role=option]"));
    if (index >= 0) this.choose(this.suggestions[index], event.ctrlKey || event.metaKey);
  }

  choose(suggestion, newTab) {
    const page = pageOf(suggestion);
    if (newTab) inNewTab(page ?? addressOf(queryOf(suggestion).trim()));
    else if (page) location.assign(page);
    else if (suggestion.kind === "source") this.type(queryOf(suggestion));
    else this.search(suggestion.text);
  }

  // As if the person had typed `text` in place of what is there.
  type(text) {
    this.close();
    this.box.value = text;
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  search(text) {
    this.box.value = text;
    this.box.form.requestSubmit();
  }
}
