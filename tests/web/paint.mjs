// Measures how long the page takes from a key to the painted answer of that key; no test, run by hand:
//
//     node paint.mjs http://127.0.0.1:7878
//
// Types 200 keys of realistic queries into the search box of the page at that address, waits for each
// answer before the next key, and prints the times in milliseconds as JSON.

import { WIDE, launch } from "./browser.mjs";

const KEYS = 200;
const LONGEST_MS = 5_000;

const QUERIES = [
  "position bias",
  "feature store",
  "how do I handle users with no history",
  "training serving skew",
  "two-tower model",
  "NDCG",
  "design video recommendation",
  "ctr prediction calibration",
  "negative sampling",
  "cold start",
  "data drift monitoring",
  "approximate nearest neighbor search",
  "vector database",
  "a/b test sample size",
  "real-time features",
  "model registry",
  "fraud detection imbalanced",
  "gradient boosted trees vs deep",
  "embedding dimension",
  "rag evaluation",
  "kv cache",
  "shadow deployment",
  "label leakage",
  "delivery time estimate",
  "search ranking metrics",
];

// In the page: from the next input event to the first frame after the results have changed.
function timeNextKey(longest) {
  const box = document.getElementById("q");
  const results = document.getElementById("results");
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${box.value}`)), longest);
    let pressed;
    const painted = () => {
      clearTimeout(timer);
      resolve(performance.now() - pressed);
    };
    const changes = new MutationObserver(() => {
      changes.disconnect();
      // A message sent in the frame's callback arrives once the frame is drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = painted;
        port2.postMessage(null);
      });
    });
    const typed = () => {
      pressed = performance.now();
      changes.observe(results, { childList: true, subtree: true, characterData: true });
    };
    box.addEventListener("input", typed, { once: true, capture: true });
    window.keyIsAwaited = true;
  });
}

async function timeKey(page, key) {
  await page.evaluate(() => (window.keyIsAwaited = false));
  const time = page.evaluate(timeNextKey, LONGEST_MS);
  await page.waitForFunction(() => window.keyIsAwaited);
  await page.keyboard.press(key === " " ? "Space" : key);
  return time;
}

async function measure(page) {
  const times = [];
  for (const query of QUERIES) {
    await page.locator("#q").fill("");
    await page.waitForTimeout(100);
    for (const key of query) {
      if (times.length === KEYS) return times;
      times.push(await timeKey(page, key));
    }
  }
  return times;
}

function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const share = (part) => sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
  const rounded = (number) => Math.round(number * 10) / 10;
  return {
    keys: times.length,
    median: rounded(share(0.5)),
    p90: rounded(share(0.9)),
    p99: rounded(share(0.99)),
    max: rounded(share(1)),
  };
}

const [address] = process.argv.slice(2);
if (!address) {
  console.error("usage: node paint.mjs ADDRESS");
  process.exit(2);
}
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(address);
  await page.locator("#q").focus();
  console.log(JSON.stringify(summary(await measure(page))));
} finally {
  await browser.close();
}
