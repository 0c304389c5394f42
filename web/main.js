// The one script that pages load; each works without it. This wires up the rest.

import { Combobox } from "./combobox.js";
import { offerCopies } from "./copy.js";
import { listenToKeys } from "./keys.js";
import { followReading } from "./outline.js";
import { keepProgress } from "./progress.js";
import { LiveSearch } from "./search.js";

const find = (id) => document.getElementById(id);
const box = find("q");

// Tells `text` to screen readers; what went wrong is shown to everybody.
function say(text, wrong = false) {
  const status = find("status");
  status.textContent = text;
  status.classList.toggle("unseen", !wrong);
}

// Results come first. Only when they are there is it asked what the words may become.
function followTyping(search, combobox) {
  const typed = async (event) => {
    if (event.isComposing) return;
    combobox.activate(-1);
    if (!search || (await search.typed())) combobox.suggest();
  };
  box.addEventListener("input", typed);
  box.addEventListener("compositionend", typed);
}

if (box) {
  const results = find("results");
  const search = results && new LiveSearch(box, results, say);
  followTyping(search, new Combobox(box, find("options"), say));
}
listenToKeys(box, find("help"));
keepProgress();
followReading();
offerCopies(say);
