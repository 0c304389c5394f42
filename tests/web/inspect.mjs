// Runs in the page: looks for what only a payload can have put there. Of no other page than one whose
// texts are hostile would it find anything worth a test.

export function inspect(markup = null) {
  const root = markup === null ? document : new DOMParser().parseFromString(markup, "text/html");
  const faults = [];
  const fault = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 200)}`);
  const strange =
    "iframe, frame, frameset, object, embed, applet, base, template, style, noscript, portal, " +
    "body script, body link, body meta, meta[http-equiv], plaintext, xmp, marquee, isindex, keygen, " +
    "foreignObject, animate, set, use, handler, annotation-xml, audio, video, source, track, param, " +
    "[style], [srcdoc], [autofocus], [contenteditable], [ping], [formaction]:not(button)";
  for (const element of root.querySelectorAll(strange)) fault("strange", element);
  for (const script of root.querySelectorAll("script")) {
    const isOurs = /^\/assets\/[0-9a-f]{16}\/[\w-]+\.js$/.test(script.getAttribute("src") ?? "");
    if (!isOurs || script.textContent.trim() !== "") fault("script", script);
  }
  const leading = /^(xlink:)?(href|src|action|formaction|data|poster|cite|background|manifest|usemap)$/;
  const allowed = ["http:", "https:", "mailto:"];
  for (const element of root.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) fault("handler", element);
      if (!leading.test(name.toLowerCase())) continue;
      const { protocol } = URL.canParse(value, location.href) ? new URL(value, location.href) : {};
      if (!allowed.includes(protocol)) fault("scheme", element);
      if (/^(src|action)$/.test(name) && !value.startsWith("/")) fault("elsewhere", element);
    }
  }
  const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length > 0) faults.push(`ids twice: ${twice.slice(0, 5)}`);
  if (window.__pwned !== undefined) faults.push(`a script ran: ${window.__pwned}`);
  return faults;
}

// Writes each page over the document, so that it is parsed with scripts on and under the document's own
// policy, and inspects it. `window.inspect` is the function above.
export async function writeAndInspect(pages) {
  const faults = [];
  for (const { address, html } of pages) {
    document.open();
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      faults.push(`${address} policy: ${violatedDirective} ${blockedURI}`),
    );
    document.write(html);
    document.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    faults.push(...window.inspect().map((fault) => `${address} ${fault}`));
  }
  return faults;
}

// The same for a feed, which others' programs will read: its markup is that of titles and summaries.
export function inspectFeed(xml) {
  const feed = new DOMParser().parseFromString(xml, "application/xml");
  const faults = [];
  if (feed.querySelector("parsererror")) faults.push(feed.querySelector("parsererror").textContent);
  const atom = "http://www.w3.org/2005/Atom";
  for (const element of feed.querySelectorAll("*")) {
    if (element.namespaceURI !== atom) faults.push(`not of a feed: ${element.outerHTML}`);
    const href = element.getAttribute("href");
    if (href !== null && !/^https?:|^\//.test(href)) faults.push(`scheme: ${element.outerHTML}`);
  }
  const html = [...feed.querySelectorAll("[type=html]")].map((element) => element.textContent);
  return { faults, html };
}
