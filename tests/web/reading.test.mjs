// Reading a long document on screens of all widths: the page goes where the reader scrolls, and links lead to their place.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openPage } from "./browser.mjs";
import { CASE, documentAddress, sectionAddress } from "./places.mjs";
import { browser, server } from "./session.mjs";

const WIDTHS = [390, 800, 1050, 1300];

const scrolled = (page) => page.evaluate(() => Math.round(scrollY));

for (const width of WIDTHS) {
  test(`a document of ${width} px scrolls to its end, whatever its outline does`, async () => {
    const options = { viewport: { width, height: 600 } };
    const { page, faults, close } = await openPage(browser, server, options);
    await page.goto(server.url + (await documentAddress(server)));
    assert.ok(await page.locator("nav.outline a").count(), "there is an outline");
    const places = [];
    for (let turn = 0; turn < 6; turn += 1) {
      await page.mouse.wheel(0, 300);
      await page.waitForTimeout(120);
      places.push(await scrolled(page));
    }
    const rises = places.every((place, at) => at === 0 || place >= places[at - 1]);
    assert.ok(rises && places.at(-1) > 1_200, places.join(" "));
    assert.deepEqual(faults, []);
    await close();
  });

  test(`a link to a passage leads there at ${width} px`, async () => {
    const options = { viewport: { width, height: 600 } };
    const { page, close } = await openPage(browser, server, options);
    await page.goto(server.url + (await documentAddress(server)));
    const last = page.locator("nav.outline a").last();
    const target = await last.evaluate((link) => link.hash.slice(1));
    await page.evaluate((hash) => (location.hash = hash), target);
    await page.waitForTimeout(300);
    const inView = await page.evaluate((id) => {
      const { top } = document.getElementById(decodeURIComponent(id)).getBoundingClientRect();
      return top >= -5 && top < innerHeight;
    }, target);
    assert.ok(inView, "the passage is on the screen");
    await close();
  });
}

test("no page is wider than a narrow screen", async () => {
  const { page, close } = await openPage(browser, server, { viewport: { width: 390, height: 800 } });
  for (const path of ["/sources", "/cases", CASE, await sectionAddress(server), "/path", "/new", "/resources"]) {
    await page.goto(server.url + path);
    for (const folded of await page.locator("details").all()) {
      await folded.evaluate((details) => (details.open = true));
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path}: ${width} px`);
  }
  const cut = await page.goto(`${server.url}/sources`).then(() =>
    page.evaluate(() => {
      const frame = document.querySelector(".wide");
      return frame.scrollWidth - frame.clientWidth;
    }),
  );
  assert.ok(cut <= 0, `${cut} px of the sources are cut off`);
  await close();
});
