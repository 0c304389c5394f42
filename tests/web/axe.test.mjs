// No page, light or dark, wide or narrow, breaks a rule of accessibility that a program can check.

import assert from "node:assert/strict";
import { test } from "node:test";

import AxeBuilder from "@axe-core/playwright";

import { openPage } from "./browser.mjs";
import { CASE, SEARCH, TOPIC, places } from "./places.mjs";
import { browser, server } from "./session.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

// Each broken rule on one line, with the elements that break it.
async function violations(page) {
  // The legacy mode differs only for frames, which no page has.
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(TAGS)
    .setLegacyMode(true)
    .analyze();
  return found.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 120)}`);
    return `${id}: ${help} (${nodes.length}): ${where.join(" | ")}`;
  });
}

async function check(page, address) {
  await page.goto(server.url + address, { waitUntil: "load" });
  const found = {};
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    found[colorScheme] = await violations(page);
  }
  assert.deepEqual(found, { light: [], dark: [] });
}

test("no page breaks a rule", async (t) => {
  const { page, close } = await openPage(browser, server);
  for (const { name, address } of await places(server)) {
    await t.test(`${name} ${address}`, () => check(page, address));
  }
  await close();
});

test("nor does one at 360 pixels", async (t) => {
  const viewport = { width: 360, height: 740 };
  const { page, close } = await openPage(browser, server, { viewport });
  for (const address of [SEARCH, TOPIC, CASE]) {
    await t.test(address, () => check(page, address));
  }
  await close();
});

test("nor do open suggestions, or the help", async (t) => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url);
  await t.test("suggestions", async () => {
    await page.locator("#q").pressSequentially("embed", { delay: 20 });
    await page.locator("#options [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await violations(page), []);
  });
  await t.test("help", async () => {
    await page.goto(server.url + SEARCH);
    await page.keyboard.press("?");
    await page.locator("dialog#help[open]").waitFor();
    assert.deepEqual(await violations(page), []);
  });
  await close();
});
