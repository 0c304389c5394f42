// What helps learning: the list to tick off, and copying a case as Markdown.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openPage } from "./browser.mjs";
import { CASE, LEARN } from "./places.mjs";
import { browser, server } from "./session.mjs";

const known = (page) =>
  page.evaluate(() => JSON.parse(localStorage.getItem("cairn.known") ?? "[]"));

test("ticks are kept in this browser and hold for other lists", async () => {
  const { page, faults, close } = await openPage(browser, server);
  await page.goto(server.url + LEARN);
  const ticks = page.locator("ol.checklist input[type=checkbox]");
  const count = await ticks.count();
  assert.ok(count > 2, "there is something to learn first");
  const id = await page.locator("ol.checklist li").first().getAttribute("data-id");
  await ticks.first().check();
  assert.deepEqual(await known(page), [id]);
  await page.reload();
  assert.equal(await ticks.first().isChecked(), true);
  assert.equal(await ticks.nth(1).isChecked(), false);
  await page.goto(`${server.url}/topics/${id}/learn`);
  const same = page.locator(`ol.checklist li[data-id="${id}"] input`);
  assert.equal(await same.isChecked(), true);
  await same.uncheck();
  assert.deepEqual(await known(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test("the list says how much of it is known", async () => {
  const { page, close } = await openPage(browser, server);
  await page.goto(server.url + LEARN);
  const count = await page.locator("ol.checklist li").count();
  await page.locator("ol.checklist input").first().check();
  assert.ok(await page.locator(".progress").isVisible(), "the progress is shown");
  assert.match(await page.locator(".progress").innerText(), new RegExp(`1 .*${count}`));
  await close();
});

test("what is stored by others does no harm to the list", async () => {
  const { page, faults, close } = await openPage(browser, server);
  await page.goto(server.url + LEARN);
  for (const stored of ["{", "7", '{"a":1}', '[null,{"x":"y"}]', '"<img src=x onerror=alert(1)>"']) {
    await page.evaluate((text) => localStorage.setItem("cairn.known", text), stored);
    await page.reload();
    assert.equal(await page.locator("ol.checklist input:checked").count(), 0, stored);
    await page.locator("ol.checklist input").first().check();
    assert.equal((await known(page)).filter((id) => typeof id === "string").length, 1, stored);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("without JavaScript no box is offered that would not keep its tick", async () => {
  const { page, faults, close } = await openPage(browser, server, { javaScriptEnabled: false });
  await page.goto(server.url + LEARN);
  assert.ok((await page.locator("ol.checklist li").count()) > 2);
  assert.equal(await page.locator("ol.checklist input:visible:enabled").count(), 0);
  await page.goto(server.url + CASE);
  assert.equal(await page.locator("button.copy:visible").count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test("a case is copied as Markdown", async () => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const { page, faults, close } = await openPage(browser, server, { permissions });
  await page.goto(server.url + CASE);
  await page.locator("button.copy").first().click();
  await page.waitForFunction(() => /copied/i.test(document.querySelector("button.copy").textContent));
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^# Video recommendation/);
  assert.equal(copied.match(/^## /gm).length, 8, "its eight steps");
  assert.match(copied, /CC-BY-4\.0/);
  assert.ok(copied.includes(server.url), "its addresses are whole");
  assert.deepEqual(faults, []);
  await close();
});
