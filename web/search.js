// Results as you type, and links to other results followed in place. The address bar says what
// is shown, so that reloading, sharing and going back work as they do without this file.

import { BASE } from "./base.js";

// Screen readers are told the count only once the typing has paused.
const PAUSE_MS = 600;

const here = () => location.pathname + location.search;
const asked = () => new URLSearchParams(location.search).get("q") ?? "";

// The address of the results for `query`, with the facets chosen now, from the first hit on.
export function addressOf(query) {
  const parameters = new URLSearchParams(location.pathname === BASE ? location.search : "");
  parameters.delete("offset");
  if (query) parameters.set("q", query);
  else parameters.delete("q");
  return parameters.size ? `${BASE}?${parameters}` : BASE;
}

function isPlainClick(event) {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return event.button === 0 && !modified && !event.defaultPrevented;
}

export class LiveSearch {
  constructor(box, results, say) {
    Object.assign(this, { box, results, say, sequence: 0, request: null, telling: 0 });
    // What the page shows, and what was last asked for on purpose rather than while typing.
    this.shown = here();
    this.settled = here();
    results.tabIndex = -1;
    box.form.addEventListener("submit", (event) => this.submit(event));
    results.addEventListener("click", (event) => this.follow(event));
    addEventListener("popstate", () => this.restore());
  }

  // True once the results are shown; false if they never will be, as when more was typed meanwhile.
  typed() {
    const address = addressOf(this.box.value.trimStart());
    return this.show(address, () => history.replaceState(null, "", address), true);
  }

  // Typing has overwritten where the person was before; that is put back for the way back.
  submit(event) {
    event.preventDefault();
    const address = addressOf(this.box.value.trim());
    return this.show(address, () => {
      history.replaceState(null, "", this.settled);
      if (address !== this.settled) history.pushState(null, "", address);
      this.settled = here();
    });
  }

  async follow(event) {
    const address = event.target.closest("a")?.getAttribute("href");
    if (!address?.startsWith(`${BASE}?`) || !isPlainClick(event)) return;
    event.preventDefault();
    const shown = await this.show(address, () => {
      history.pushState(null, "", address);
      this.settled = here();
    });
    if (!shown) return;
    this.box.value = asked();
    this.results.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  async restore() {
    this.drop();
    // A link into the page is no other search.
    if (here() === this.shown) return;
    this.settled = here();
    this.box.value = asked();
    await this.show(here(), () => {});
    if (document.activeElement === document.body) this.results.focus({ preventScroll: true });
  }

  // Shows the results of `address`, after `move` has changed the history.
  async show(address, move, typing = false) {
    const markup = await this.ask(address, typing);
    if (markup === null) return false;
    move();
    this.paint(markup);
    return true;
  }

  // The results as markup; null if there are none or they are wanted no more.
  async ask(address, typing) {
    const mine = this.drop();
    this.request = new AbortController();
    const { searchParams } = new URL(address, location.href);
    if (typing) searchParams.set("typing", "1");
    try {
      const response = await fetch(`${BASE}results?${searchParams}`, { signal: this.request.signal });
      const markup = await response.text();
      if (mine !== this.sequence) return null;
      if (response.ok) return markup;
      this.refused(address, typing);
    } catch {
      if (mine === this.sequence) this.say("The server does not answer.", true);
    }
    return null;
  }

  // Makes every earlier question stale; returns the number of the next.
  drop() {
    clearTimeout(this.telling);
    this.request?.abort();
    this.sequence += 1;
    return this.sequence;
  }

  // The whole page tells why, but must not come in between while typing.
  refused(address, typing) {
    if (typing) this.say("The server cannot answer this.", true);
    else location.assign(address);
  }

  paint(markup) {
    // The server's own markup, escaped there; scripts in it would not run in any case.
    this.results.innerHTML = markup;
    const summary = this.results.querySelector(".summary")?.textContent ?? "";
    this.results.dataset.count = summary.replace(/ in [\d.,]+ ms$/, "").trim();
    this.shown = here();
    document.title = `${asked().trim() || "Search"} · Cairn`;
    this.telling = setTimeout(() => this.say(this.results.dataset.count), PAUSE_MS);
  }
}
