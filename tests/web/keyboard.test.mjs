// From the search box to the source by keyboard alone, and the focus can be seen at every stop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openPage } from "./browser.mjs";
import { CASE, LEARN, SEARCH, TOPIC } from "./places.mjs";
import { browser, server } from "./session.mjs";

const MOST_STOPS = 400;

// What has the focus, and whether that shows; null once the focus has left the page.
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  const isClear = /transparent|rgba\(.*, 0\)/.test(outlineColor);
  const isOutlined = outlineStyle !== "none" && parseFloat(outlineWidth) > 0 && !isClear;
  // In drawings the box round a link is drawn with another, thick stroke.
  const box = element.querySelector(":scope > rect");
  const stroke = box && getComputedStyle(box);
  const isStroked = stroke?.stroke !== box?.dataset.stroke && parseFloat(stroke?.strokeWidth) >= 2;
  element.dataset.visited = Number(element.dataset.visited ?? 0) + 1;
  return {
    text: element.textContent.trim().slice(0, 60) || element.getAttribute("aria-label") || "",
    name: element.localName + (element.id && `#${element.id}`),
    again: element.dataset.visited > 1,
    seen: (isOutlined || isStroked) && width * height > 0,
  };
}

// Every stop of Tab from the top of the page to its end.
async function stops(page) {
  const found = [];
  await page.evaluate(() => {
    document.activeElement?.blur();
    for (const box of document.querySelectorAll("a > rect")) {
      box.dataset.stroke = getComputedStyle(box).stroke;
    }
  });
  while (found.length < MOST_STOPS) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    if (stop === null || stop.again) return found;
    found.push(stop);
  }
  return found;
}

const focusIsOn = (page, selector) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector, {
    timeout: 5_000,
  });

async function suggestions(page) {
  const box = page.locator("#q[role=combobox]");
  await page.locator("ul#options[role=listbox] li[role=option]").first().waitFor();
  assert.equal(await box.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  const active = await box.getAttribute("aria-activedescendant");
  const option = page.locator(`#options [id="${active}"]`);
  assert.equal(await option.getAttribute("role"), "option");
  assert.equal(await option.getAttribute("aria-selected"), "true");
  assert.equal(await page.locator("#options [aria-selected=true]").count(), 1);
  await focusIsOn(page, "#q");
  await page.keyboard.press("Escape");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  assert.equal(await box.getAttribute("aria-activedescendant"), null);
  assert.ok(await page.locator("#options").isHidden());
}

test("from the search box to the source", async () => {
  const { page, faults, close } = await openPage(browser, server);
  await page.goto(`${server.url}/topics`);
  await page.keyboard.press("/");
  await focusIsOn(page, "#q");
  await page.goto(server.url);
  await page.keyboard.press("/");
  await focusIsOn(page, "#q");
  assert.equal(await page.locator("#q").inputValue(), "");
  await page.keyboard.type("position bias", { delay: 15 });
  await page.locator("#results a.open").first().waitFor();
  await suggestions(page);
  assert.equal(await page.locator("#q").inputValue(), "position bias");
  await page.keyboard.press("ArrowDown");
  await focusIsOn(page, "#results a.open");
  assert.equal((await page.evaluate(focused)).seen, true);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/documents\/[0-9a-f]{16}/);
  const passed = (await stops(page)).map(({ text }) => text);
  const where = await page.locator("article.reader").innerText();
  const isLinked = passed.some((text) => text.startsWith("Open at the source"));
  assert.ok(isLinked || /cairn\/notes/.test(where), passed.join("\n"));
  assert.deepEqual(faults, []);
  await close();
});

test("arrows walk through the results and back to the box", async () => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url + SEARCH);
  await page.keyboard.press("/");
  for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowDown");
  const at = () =>
    page.evaluate(() => [...document.querySelectorAll("a.open")].indexOf(document.activeElement));
  assert.equal(await at(), 2);
  for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowUp");
  await focusIsOn(page, "#q");
  await close();
});

test("Ctrl-K reaches the box from anywhere", async () => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url + CASE);
  await page.keyboard.press("Control+k");
  await focusIsOn(page, "#q");
  await close();
});

test("? opens the help and Esc closes it; in the box it is a letter", async () => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url + SEARCH);
  const help = page.locator("dialog#help");
  assert.ok(await help.isHidden());
  await page.keyboard.press("?");
  await help.waitFor();
  assert.ok(await help.evaluate((dialog) => dialog.matches(":modal")));
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await page.keyboard.press("End");
  await page.keyboard.type("?");
  assert.ok(await help.isHidden());
  assert.match(await page.locator("#q").inputValue(), /\?$/);
  await close();
});

test("[ and ] turn the pages of the reader", async () => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url + SEARCH);
  await page.locator("#results a.open").first().click();
  await page.waitForURL(/\/documents\//);
  const address = page.url();
  await page.keyboard.press("]");
  await page.waitForURL((url) => url.href !== address && url.pathname.startsWith("/documents/"));
  await page.keyboard.press("[");
  await page.waitForURL(address);
  await close();
});

for (const address of ["/", SEARCH, TOPIC, CASE, LEARN, "/cases", "/sources", "/resources"]) {
  test(`the focus shows at every stop of ${address}`, async () => {
    const { page, close } = await openPage(browser, server);
    await page.goto(server.url + address);
    const found = await stops(page);
    assert.ok(found.length > 5, "there are stops");
    assert.match(found[0].text, /^Skip/, "the first leads to the content");
    const unseen = found.filter(({ seen }) => !seen).map(({ name, text }) => `${name} ${text}`);
    assert.deepEqual(unseen, []);
    await close();
  });
}
