// Marks the heading of the text in view in a document's outline.

// How far down the window a heading counts as read, in parts of its height.
const READ = 0.25;

function linksById(outline) {
  const links = new Map();
  for (const link of outline.querySelectorAll('a[href^="#"]')) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  return links;
}

// The element around `link` that scrolls by itself, if there is one.
function frameOf(link) {
  for (let at = link.parentElement; at && at !== document.body; at = at.parentElement) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(at).overflowY);
    if (scrolls && at.scrollHeight > at.clientHeight) return at;
  }
  return null;
}

// Scrolls the outline so that `link` is in view. `scrollIntoView` would also scroll the page, away from what is read.
function show(link) {
  const frame = frameOf(link);
  if (!frame) return;
  const [inside, own] = [frame.getBoundingClientRect(), link.getBoundingClientRect()];
  if (own.top < inside.top) frame.scrollTop -= inside.top - own.top;
  else if (own.bottom > inside.bottom) frame.scrollTop += own.bottom - inside.bottom;
}

export function followReading() {
  const outline = document.querySelector("nav.outline");
  if (!outline) return;
  const links = linksById(outline);
  const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let current = null;
  const mark = () => {
    const line = window.innerHeight * READ;
    const passed = places.filter((place) => place.getBoundingClientRect().top <= line);
    // Above the first heading, the first part is read.
    const link = links.get((passed.at(-1) ?? places[0])?.id) ?? null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    if (link) show(link);
    current = link;
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  };
  document.addEventListener("scroll", later, { passive: true });
  mark();
}
