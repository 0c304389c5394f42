// Search as a person does it: typing, going back and forward, facets, and what the program understood.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launch, openPage } from "./browser.mjs";
import { startServer } from "./server.mjs";

let server;
let browser;
let opened;
let page;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(async () => {
  opened = await openPage(browser, server);
  page = opened.page;
});

afterEach(async () => {
  await opened.close();
});

const query = () => new URL(page.url()).searchParams.get("q");
const boxValue = () => page.locator("#q").inputValue();
const hits = () => page.locator("#results a.open").evaluateAll((all) => all.map((a) => a.href));
const historyLength = () => page.evaluate(() => history.length);

// Until the address bar, the box and the results speak of `text`; `facet` is a parameter that is set.
async function shows(text, facet = "") {
  await page.waitForFunction(
    ([wanted, name]) => {
      const parameters = new URLSearchParams(location.search);
      const isThere = document.querySelector("#results a.open, #results .none");
      const isAsked = parameters.get("q") === wanted && document.querySelector("#q").value === wanted;
      return isAsked && isThere && (name === "" || parameters.has(name));
    },
    [text, facet],
    { timeout: 5_000 },
  );
}

// What the server finds for `text`, as links of this page.
async function expected(text) {
  const markup = await (await fetch(`${server.url}/results?q=${encodeURIComponent(text)}`)).text();
  return page.evaluate((html) => {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const links = [...parsed.querySelectorAll("a.open")];
    return links.map((link) => new URL(link.getAttribute("href"), location.href).href);
  }, markup);
}

test("typing shows results without loading the page, and replaces the address", async () => {
  await page.goto(server.url);
  await page.evaluate(() => (window.sameDocument = true));
  const length = await historyLength();
  await page.locator("#q").pressSequentially("position bias", { delay: 15 });
  await shows("position bias");
  await page.waitForFunction(() => /position bias/.test(document.title));
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  assert.equal(await historyLength(), length);
  assert.deepEqual(await hits(), await expected("position bias"));
  assert.ok((await page.locator("#results mark").count()) > 0, "matches are marked");
  await page.reload();
  await shows("position bias");
  assert.deepEqual(await hits(), await expected("position bias"));
  assert.deepEqual(opened.faults, []);
});

test("the count is told to screen readers", async () => {
  await page.goto(server.url);
  await page.locator("#q").pressSequentially("calibration", { delay: 15 });
  const status = page.locator("p#status[role=status]");
  await page.waitForFunction(() => /\d/.test(document.querySelector("#status").textContent));
  assert.match(await status.innerText(), /^[\d,]+ passages?/);
});

test("a facet adds to the history; back and forward restore query and results", async () => {
  await page.goto(`${server.url}/?q=calibration`);
  const length = await historyLength();
  const all = await hits();
  const facet = page.locator("#results .facet a[href*='step=']").first();
  await facet.click();
  await shows("calibration", "step");
  await page.waitForFunction((before) => history.length === before + 1, length);
  const narrowed = await hits();
  assert.notDeepEqual(narrowed, all);
  await page.goBack();
  await page.waitForFunction(() => !/step=/.test(location.search));
  await page.waitForFunction(
    (count) => document.querySelectorAll("#results a.open").length === count,
    all.length,
  );
  assert.deepEqual([query(), await boxValue(), await hits()], ["calibration", "calibration", all]);
  await page.goForward();
  await shows("calibration", "step");
  await page.waitForFunction(
    (count) => document.querySelectorAll("#results a.open").length === count,
    narrowed.length,
  );
  assert.deepEqual(await hits(), narrowed);
  assert.deepEqual(opened.faults, []);
});

test("submitting adds to the history, and going back leads to where one was", async () => {
  await page.goto(`${server.url}/?q=embedding`);
  const first = await hits();
  await page.locator("#q").fill("calibration");
  await shows("calibration");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#q").value === "calibration");
  await page.waitForTimeout(300);
  await page.goBack();
  await shows("embedding");
  await page.waitForFunction(
    (href) => document.querySelector("#results a.open")?.href === href,
    first[0],
  );
  assert.deepEqual(await hits(), first);
});

test("an answer that comes too late is dropped", async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  let asked;
  const arrived = new Promise((resolve) => (asked = resolve));
  await page.route(/\/results\?.*q=embedding/, async (route) => {
    const answer = await route.fetch();
    asked();
    await held;
    await route.fulfill({ response: answer }).catch(() => {});
  });
  await page.goto(server.url);
  await page.locator("#q").fill("embedding");
  await arrived;
  await page.locator("#q").fill("calibration");
  await shows("calibration");
  release();
  await page.waitForTimeout(300);
  assert.deepEqual(await hits(), await expected("calibration"));
  assert.equal(query(), "calibration");
});

test("a server that fails while one types is told, and forgotten when it answers again", async () => {
  await page.goto(`${server.url}/?q=embedding`);
  await page.route(/\/results\?/, (route) => route.abort());
  await page.locator("#q").fill("calibration");
  await page.waitForFunction(() => /server/i.test(document.querySelector("#status").textContent));
  assert.ok(await page.locator("#status").isVisible());
  await page.unroute(/\/results\?/);
  await page.locator("#q").fill("feature store");
  await shows("feature store");
  await page.waitForFunction(() => !/server/i.test(document.querySelector("#status").textContent));
});

test("a misspelt query is corrected, and the correction can be undone", async () => {
  await page.goto(`${server.url}/?q=featre+store`);
  const results = page.locator("#results");
  assert.match(await results.innerText(), /feature store/);
  await results.getByRole("link", { name: "Only as typed" }).click();
  await page.waitForFunction(() => /spelling=0/.test(location.search));
  await results.getByRole("link", { name: "Only as typed" }).waitFor({ state: "detached" });
  assert.equal(await boxValue(), query());
});

test("an acronym says what else was searched, and that can be undone", async () => {
  await page.goto(`${server.url}/?q=NDCG`);
  const understood = page.locator("#results .understood");
  assert.match(await understood.innerText(), /normalized discounted cumulative gain/i);
  await understood.getByRole("link", { name: "as typed" }).first().click();
  await page.waitForFunction(() => /literal=1/.test(location.search));
  await page.waitForFunction(() => {
    const text = document.querySelector("#results .understood")?.textContent ?? "";
    return !/normalized discounted/i.test(text);
  });
});

test("a query that finds nothing names the word that fails", async () => {
  for (const text of ["zzxxqqy", "calibration zzxxqqy"]) {
    await page.goto(`${server.url}/?q=${encodeURIComponent(text)}`);
    assert.match(await page.locator("#results").innerText(), /zzxxqqy/, text);
  }
  assert.deepEqual(opened.faults, []);
});

test("without JavaScript the form, the facets and the pager are plain", async () => {
  const plain = await openPage(browser, server, { javaScriptEnabled: false });
  await plain.page.goto(server.url);
  await plain.page.locator("#q").fill("model");
  await plain.page.locator("form[role=search] button").click();
  await plain.page.waitForURL(/\?q=model/);
  const count = await plain.page.locator("#results a.open").count();
  assert.ok(count > 0);
  await plain.page.locator("#results .facet a[href*='step=']").first().click();
  await plain.page.waitForURL(/step=/);
  assert.ok((await plain.page.locator("#results a.open").count()) > 0);
  await plain.page.goBack();
  await plain.page.locator("nav.pager a[rel~=next]").click();
  await plain.page.waitForURL(/offset=/);
  assert.ok((await plain.page.locator("#results a.open").count()) > 0);
  assert.deepEqual(plain.faults, []);
  await plain.close();
});
