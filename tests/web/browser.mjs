// The browser, and a watch over its pages: every error, failed request, request to elsewhere, dialog
// and violation of the content security policy is written down.

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const WIDE = { width: 1440, height: 900 };

export function launch() {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

// In the page, before any of its scripts: what the policy had to block becomes an error message.
function listenForViolations() {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`);
  });
}

// Chromium reports a page that is itself an error as a resource that failed to load.
function isOwnStatus(message, page) {
  const address = (url) => url.split("#")[0];
  return (
    /^Failed to load resource/.test(message.text()) &&
    address(message.location().url) === address(page.url())
  );
}

// Requests that the browser gave up by itself, typing on or leaving the page, are no faults: a server that
// breaks off shows otherwise.
const isGivenUp = (request) => /ERR_ABORTED/.test(request.failure()?.errorText ?? "");

// A page of a new context, with the list of what went wrong in it.
export async function openPage(browser, server, options = {}) {
  const opened = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
  const page = await opened.newPage();
  const faults = [];
  const note = (kind, text) => faults.push(`${kind}: ${text}`);
  await page.addInitScript(listenForViolations);
  page.on("console", (message) => {
    if (message.type() !== "error" || isOwnStatus(message, page)) return;
    note("console", `${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => note("script", error.message));
  page.on("dialog", (dialog) => {
    note("dialog", dialog.message());
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== server.url) note("elsewhere", request.url());
  });
  page.on("requestfailed", (request) => {
    if (isGivenUp(request)) return;
    note("failed", `${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    const isDocument = response.request().isNavigationRequest();
    if (!isDocument && response.status() >= 400) note(response.status(), response.url());
  });
  return { page, faults, close: () => opened.close() };
}
