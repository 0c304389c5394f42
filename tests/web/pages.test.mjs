// Every page answers as it should, is well formed, fits its window, loads nothing from elsewhere and
// leaves the console silent. With SCREENSHOTS=folder each is saved there as it looks.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { openPage } from "./browser.mjs";
import { CASE, SEARCH, TOPIC, VARIANTS, places, sectionAddress } from "./places.mjs";
import { browser, server } from "./session.mjs";

async function photograph(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

// What a page is judged by; runs with the page's own scripts switched off, too.
async function judge(page) {
  return {
    title: await page.title(),
    headings: await page.locator("h1").count(),
    mains: await page.locator("main").count(),
    language: await page.locator("html").getAttribute("lang"),
    ...(await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      window: innerWidth,
      twice: [...document.querySelectorAll("[id]")]
        .map(({ id }) => id)
        .filter((id, at, all) => all.indexOf(id) !== at),
    }))),
  };
}

async function check({ page, faults }, { name, address, status }) {
  faults.length = 0;
  const response = await page.goto(server.url + address, { waitUntil: "load" });
  await photograph(page, name);
  const seen = await judge(page);
  assert.equal(response.status(), status, "its status");
  assert.match(seen.title, /\S.* · Cairn$|^Cairn/, "its title");
  assert.equal(seen.headings, 1, "the number of h1");
  assert.equal(seen.mains, 1, "the number of main");
  assert.equal(seen.language, "en", "its language");
  assert.deepEqual(seen.twice, [], "ids that stand twice");
  assert.ok(seen.width <= seen.window, `it is ${seen.width} wide in a window of ${seen.window}`);
  assert.deepEqual(faults, []);
}

test("every page at 1440 pixels", async (t) => {
  const opened = await openPage(browser, server);
  for (const place of await places(server)) {
    await t.test(`${place.name} ${place.address}`, () => check(opened, place));
  }
  await opened.close();
});

for (const { name: variant, ...options } of VARIANTS) {
  test(`the most used pages, ${variant}`, async (t) => {
    const opened = await openPage(browser, server, options);
    const addresses = {
      search: SEARCH,
      topic: TOPIC,
      case: CASE,
      section: await sectionAddress(server),
      cases: "/cases",
      sources: "/sources",
    };
    for (const [name, address] of Object.entries(addresses)) {
      const place = { name: `${name}-${variant}`, address, status: 200 };
      await t.test(`${name} ${address}`, () => check(opened, place));
    }
    await opened.close();
  });
}

test("the first result leads to its section", async () => {
  const { page, faults, close } = await openPage(browser, server);
  await page.goto(server.url + SEARCH);
  const first = page.locator("#results a.open").first();
  const heading = (await first.innerText()).trim();
  await first.click();
  await page.waitForURL(/\/documents\/[0-9a-f]{16}.*#s-[0-9a-f]{16}$/);
  assert.equal(await page.locator(":target").count(), 1, "the section is marked");
  assert.ok((await page.locator("article.reader").innerText()).includes(heading));
  assert.deepEqual(faults, []);
  await close();
});

test("what is answered is guarded by headers", async () => {
  for (const address of ["/", "/no-such-page", "/api/v1/status", "/assets/cairn.css"]) {
    const { headers } = await fetch(server.url + address);
    const policy = headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/, address);
    assert.doesNotMatch(policy, /unsafe|data:|\*/, address);
    assert.equal(headers.get("x-content-type-options"), "nosniff", address);
    assert.equal(headers.get("referrer-policy"), "no-referrer", address);
  }
});
