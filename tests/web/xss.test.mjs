// Hostile notes, file names and addresses: nothing of them becomes markup that does anything, on no page,
// so that not even the content security policy has something to block.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch, openPage } from "./browser.mjs";
import { inspect, inspectFeed, writeAndInspect } from "./inspect.mjs";
import { api, startServer } from "./server.mjs";
import { MARK, MARKS, PAYLOADS, writeHostileSources } from "./xss.mjs";

// Tabs, pages fetched at once, and pages written into a tab by one call.
const TABS = 3;
const AT_ONCE = 16;
const BATCH = 24;
// Of the pages that are many, each so-manieth is navigated to; all of them with THOROUGH set.
const OPENED = process.env.THOROUGH ? 1 : 32;

let folder;
let server;
let browser;
let tabs;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cairn-hostile-"));
  const sources = await writeHostileSources(folder);
  [server, browser] = await Promise.all([startServer({ sources }), launch()]);
  tabs = await Promise.all(Array.from({ length: TABS }, () => openPage(browser, server)));
  for (const { page } of tabs) await page.addInitScript(`window.inspect = ${inspect}`);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const every = (nth, from = 0) => PAYLOADS.filter((_, at) => at % nth === from);
const asked = (address, parameters) => `${address}?${new URLSearchParams(parameters)}`;

// Runs `work` over `items` on `workers` at once.
async function spread(items, workers, work) {
  let at = 0;
  const run = async (worker) => {
    while (at < items.length) await work(items[at++], worker);
  };
  await Promise.all(workers.map(run));
}

const hands = Array.from({ length: AT_ONCE });

function judge(tab, found, what) {
  const faults = [...found, ...tab.faults.splice(0)];
  assert.deepEqual(faults, [], `${what}\n${faults.join("\n")}`);
}

// Opens `address` in a tab; `statuses` are those that will do.
async function open(tab, address, statuses) {
  const response = await tab.page.goto(server.url + address, { waitUntil: "load" });
  assert.ok(statuses.includes(response.status()), `${address}: ${response.status()}`);
  judge(tab, await tab.page.evaluate(inspect), address);
}

const openAll = (addresses, statuses = [200]) =>
  spread(addresses, tabs, (address, tab) => open(tab, address, statuses));

async function fetchPage(address, statuses) {
  const answer = await fetch(server.url + address);
  assert.ok(statuses.includes(answer.status), `${address}: ${answer.status}`);
  return { address, html: await answer.text() };
}

// The pages at `addresses`, as the browser parses and runs them under the policy of this server, without
// the cost of a navigation each; and some of them as they are opened.
async function visitAll(addresses, statuses = [200]) {
  const pages = [];
  await spread(addresses, hands, async (address) => {
    pages.push(await fetchPage(address, statuses));
  });
  await Promise.all(tabs.map(({ page }) => page.goto(server.url)));
  const batches = Array.from({ length: Math.ceil(pages.length / BATCH) }, (_, at) =>
    pages.slice(at * BATCH, at * BATCH + BATCH),
  );
  await spread(batches, tabs, async (batch, tab) => {
    const what = batch.map(({ address }) => address).join("\n");
    judge(tab, await tab.page.evaluate(writeAndInspect, batch), what);
  });
  await openAll(addresses.filter((_, at) => at % OPENED === 0), statuses);
  return pages;
}

// The ids of sections that search finds by the marks in them.
async function marked() {
  const ids = new Set();
  const marks = MARKS.flatMap((mark) => [mark, `${mark}b`, `${mark}r`]);
  const groups = Array.from({ length: Math.ceil(marks.length / 20) }, (_, at) =>
    marks.slice(at * 20, at * 20 + 20),
  );
  await spread(groups, hands, async (group) => {
    const q = `(${group.join(" OR ")}) source:hostile`;
    const { hits } = await api(server, asked("/search", { q, literal: "1", limit: "100" }));
    for (const { id, duplicates } of hits) {
      for (const found of [id, ...duplicates.map((copy) => copy.id)]) if (found) ids.add(found);
    }
  });
  return ids;
}

test("there are payloads enough, and they are indexed", async () => {
  assert.ok(PAYLOADS.length >= 200, `${PAYLOADS.length} payloads`);
  const { documents, problems } = await api(server, "/status");
  assert.ok(documents > PAYLOADS.length * 2, `${documents} documents`);
  // A title that is never closed holds the rest of its page.
  const other = problems.filter(({ message }) => message !== "the file holds no text");
  assert.deepEqual(other, []);
  assert.ok(problems.length < PAYLOADS.length / 8, `${problems.length} files without text`);
});

test("the watch sees what is not escaped", async () => {
  const [tab] = tabs;
  await tab.page.goto(server.url);
  const markup = PAYLOADS.filter((text) => /^<(script|img|svg|iframe|a |form|base|style)/i.test(text));
  const missed = [];
  for (const text of markup) {
    if ((await tab.page.evaluate(inspect, text)).length === 0) missed.push(text);
  }
  assert.ok(markup.length > 120 && missed.length < 12, missed.join("\n"));
  const html = `<!DOCTYPE html><img src=/assets/icon.svg onload="window.__pwned=1">`;
  const found = await tab.page.evaluate(writeAndInspect, [{ address: "/", html }]);
  assert.match(found.join("\n"), /handler/);
  assert.match([...found, ...tab.faults.splice(0)].join("\n"), /policy: script-src/);
});

test("every section", async () => {
  const { sections } = await api(server, "/status");
  const seen = await marked();
  const shown = new Set();
  let fresh = [...seen];
  while (fresh.length > 0) {
    const pages = await visitAll(fresh.map((id) => `/sections/${id}`));
    for (const { html } of pages) {
      for (const [, number] of html.matchAll(/(?:alert\(|__pwned=)(\d+)/g)) shown.add(number);
    }
    const near = pages.flatMap(({ html }) => html.match(/(?<=href="\/sections\/)[0-9a-f]{16}/g) ?? []);
    fresh = [...new Set(near)].filter((id) => !seen.has(id));
    for (const id of fresh) seen.add(id);
  }
  assert.ok(seen.size >= sections * 0.95, `${seen.size} of ${sections} were opened`);
  assert.ok(shown.size >= PAYLOADS.length * 0.95, `${shown.size} of ${PAYLOADS.length} were shown`);
});

test("results, with every payload as the query", () =>
  visitAll(PAYLOADS.map((q) => asked("/", { q }))));

test("results that show hostile passages", () => {
  const offsets = Array.from({ length: 20 }, (_, at) => String(at * 20));
  return visitAll(offsets.map((offset) => asked("/", { q: `${MARK} source:hostile`, offset })));
});

test("payloads in every other parameter", () =>
  visitAll(
    every(6).flatMap((text, at) => {
      const other = every(6, 1)[at] ?? text;
      return [
        asked("/", { q: MARK, source: text, topic: other }),
        asked("/", { q: MARK, step: text, kind: other, lang: text, offset: other }),
        asked("/", { q: text, literal: other, spelling: other, typing: text }),
        asked("/path", { from: text, to: other }),
        asked("/path", { from: "embedding", to: text }),
        asked("/resources", { q: text }),
        asked("/resources", { q: other, topic: text }),
        asked("/new", { since: text }),
        `/topics/${encodeURIComponent(text)}`,
        `/sources/${encodeURIComponent(other)}`,
        `/${encodeURIComponent(text)}`,
      ];
    }),
    [200, 400, 404],
  ));

test("the pages that gather what is held", () =>
  openAll([
    ...["/", "/topics", "/cases", "/resources", "/sources", "/sources/hostile", "/new", "/about"],
    ...["feature-store", "position-bias", "calibration", "embedding", "data-drift"].flatMap((id) => [
      `/topics/${id}`,
      `/topics/${id}/learn`,
    ]),
    "/cases/video-recommendation",
    "/path?from=calibration&to=feature-store",
    ...every(12).map((q) => asked("/resources", { q })),
  ]));

test("payloads typed into the box, with their results and suggestions", async () => {
  const [tab] = tabs;
  await tab.page.goto(server.url);
  for (const text of [...every(8, 3), `${MARK} source:ho`, "feature <img"]) {
    const typed = text.replaceAll(/[\n\0]/g, " ");
    const answered = tab.page.waitForResponse(/\/results\?/);
    await tab.page.locator("#q").fill(typed);
    await (await answered).finished();
    await tab.page.waitForTimeout(30);
    judge(tab, await tab.page.evaluate(inspect), `typed: ${text}`);
  }
});

test("the feed is well formed, and what it holds is text", async () => {
  const answer = await fetch(`${server.url}/feed.atom`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^application\/atom\+xml/);
  const [{ page }] = tabs;
  await page.goto(server.url);
  const { faults, html } = await page.evaluate(inspectFeed, await answer.text());
  assert.deepEqual(faults, []);
  for (const markup of html) assert.deepEqual(await page.evaluate(inspect, markup), []);
});

test("what is no page says so, whatever is asked of it", async () => {
  for (const text of every(20)) {
    for (const address of ["/api/v1/search", "/api/v1/suggest", "/api/v1/resources"]) {
      const answer = await fetch(server.url + asked(address, { q: text, topic: text }));
      assert.match(answer.headers.get("content-type"), /^application\/json/, address);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff", address);
    }
  }
});
