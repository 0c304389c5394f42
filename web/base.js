// The path below which the server is reached: "/", or another one behind a proxy that serves it in a folder. The
// server writes it into each page.

export const BASE = new URL(document.querySelector("a.brand").href).pathname;
