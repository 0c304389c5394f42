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
    link?.scrollIntoView({ block: "nearest" });
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
