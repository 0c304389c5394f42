// Buttons that copy a page as Markdown. They stay hidden where the browser has no clipboard to offer.

const SHOWN_MS = 2000;

async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.status);
  return new Blob([await response.text()], { type: "text/plain" });
}

// The clipboard gets the promise of the text, not the text: some browsers allow writing only at once
// after the click.
async function copy(address) {
  const text = load(address);
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
    return null;
  } catch {
    const arrived = await text.then(() => true, () => false);
    return arrived ? "The browser does not allow copying." : "The server does not answer.";
  }
}

async function clicked(button, label, say) {
  const wrong = await copy(button.dataset.copy);
  if (wrong) return say(wrong, true);
  say("Copied");
  button.textContent = "Copied";
  setTimeout(() => {
    say("");
    button.textContent = label;
  }, SHOWN_MS);
}

export function offerCopies(say) {
  if (!navigator.clipboard?.write) return;
  for (const button of document.querySelectorAll("button.copy[data-copy]")) {
    const label = button.textContent;
    button.addEventListener("click", () => clicked(button, label, say));
    button.hidden = false;
  }
}
