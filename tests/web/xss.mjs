// Builds a folder of hostile notes: every payload wherever an author can write something.

import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { MORE_LINES, ODD } from "./payloads-more.mjs";
import { TAG_LINES } from "./payloads.mjs";
import { SOURCES } from "./server.mjs";

const lines = (text) => text.trim().split(/\n(?=[^>])/);
const raw = [...Object.values({ ...TAG_LINES, ...MORE_LINES }).flatMap(lines), ...ODD];

// Every payload, each with a script of its own.
export const PAYLOADS = [...new Set(raw)].map((text, at) => {
  const script = at % 2 ? `alert(${at})` : `window.__pwned=${at}`;
  return text.replaceAll("\\n", "\n").replaceAll("✱", script);
});

// The word in every section by which search finds them, and that of the file.
export const MARK = "hostilenote";
const markOf = (kind, at) => `${MARK}${kind}${at}`;

// The marks of all files; a section of a file has its mark, or that with one of these letters.
export const MARKS = ["md", "html", "nb", "txt", "rst"].flatMap((kind) =>
  Array.from({ length: 400 }, (_, at) => markOf(kind, at)),
);

const TOPICS = ["feature store", "position bias", "calibration", "embedding", "data drift"];

const oneLine = (text) => text.replace(/\s*\n\s*/g, " ");

// A paragraph that is long enough for a section of its own and different everywhere.
function filler(mark, at) {
  const topic = TOPICS[at % TOPICS.length];
  return `${MARK} ${mark} Paragraph ${at} tells of ${topic} in case ${at * 7 + 3}: the ranking model
number ${at} reads ${at + 11} features, is trained on ${at * 13 + 5} days of clicks, and is watched for
skew between training and serving by ${at + 2} people with ${at * 3 + 1} alarms.`;
}

function frontMatter(payload, at) {
  const title = at % 2 ? JSON.stringify(oneLine(payload)) : oneLine(payload);
  return `---\ntitle: ${title}\nauthor: ${JSON.stringify(payload)}\ntags: [${JSON.stringify(payload)}]\n---\n`;
}

function markdown(payload, at) {
  const mark = markOf("md", at);
  const line = oneLine(payload);
  return `${at % 3 ? frontMatter(payload, at) : ""}
# ${line}

${filler(mark, at)}

Inline ${line} and code \`${line}\` and \`\`${line}\`\`.
[${line}](https://example.invalid/${at}) and [destination](${line}) and [pointed](<${line}>)
and ![${line}](https://example.invalid/${at}.png "${line}") and ![image](${line}) and <${line}>.
[referred][r${at}] and [^f${at}] and **${line}** and $${line}$.

[r${at}]: ${line} "${line}"
[^f${at}]: ${line}

## Blocks of ${mark}

${filler(`${mark}b`, at + 1000)}

\`\`\`${line}
${payload}
\`\`\`

    ${payload}

| ${line} | second |
|---|---|
| ${line} | \`${line}\` |

- ${line}
- [ ] ${line}

> ${line}

Term
: ${line}

## Raw of ${mark}

${filler(`${mark}r`, at + 2000)}

${payload}

<div title="${payload}">${payload}</div>
`;
}

function htmlPage(payload, at) {
  const mark = markOf("html", at);
  return `<!DOCTYPE html><html><head><title>${payload}</title></head><body>
<h1>Page ${mark} ${payload}</h1><p>${filler(mark, at + 3000)}</p>
<p>${payload} <a href="${oneLine(payload)}">${payload}</a>
<img alt='${payload}' src="${oneLine(payload)}"></p><pre><code class="language-${payload}">${payload}</code></pre>
<table><tr><th>${payload}</th></tr><tr><td>${payload}</td></tr></table></body></html>`;
}

function cell(type, source, more = {}) {
  return { cell_type: type, metadata: {}, source: [source], ...more };
}

function notebook(payloads, from) {
  const cells = payloads.flatMap((payload, index) => {
    const at = from + index;
    const mark = markOf("nb", at);
    const outputs = [
      { output_type: "stream", name: payload, text: [payload] },
      {
        output_type: "display_data",
        metadata: {},
        data: { "text/html": [payload], "text/plain": [payload], "image/svg+xml": [payload] },
      },
      { output_type: "error", ename: payload, evalue: payload, traceback: [payload] },
    ];
    return [
      cell("markdown", `# ${oneLine(payload)}\n\n${filler(mark, at + 4000)}\n\n${payload}`),
      cell("code", `# ${mark}\n${payload}`, { execution_count: 1, outputs }),
      cell("raw", payload),
    ];
  });
  const metadata = { kernelspec: { language: payloads[0], name: payloads[0] }, title: payloads[0] };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells });
}

function text(payload, at) {
  // A file that begins with markup is left out, because it is no prose.
  const opening = "A ranking model orders the items of a page by their scores.";
  return `${opening}\n\n${oneLine(payload)}\n${"=".repeat(20)}\n\n${filler(markOf("txt", at), at + 5000)}\n\n${payload}\n`;
}

function restructured(payload, at) {
  const line = oneLine(payload);
  return `${line}\n${"=".repeat(line.length + 9)}\n\n${filler(markOf("rst", at), at + 6000)}

\`x <${line}>\`_ and \`\`${line}\`\` and |s|

.. raw:: html

   ${payload}

.. |s| replace:: ${line}
.. image:: ${line}
   :alt: ${line}
`;
}

// A file name is at most 255 bytes without a slash or a null; the program takes no backslash in it either.
function nameOf(payload, at, extension) {
  const name = oneLine(payload).replaceAll("/", "∕").replaceAll("\\", "⧵").replaceAll("\0", "");
  return `${[...name].slice(0, 60).join("")} ${at}.${extension}`;
}

function files() {
  const found = [];
  for (const [at, payload] of PAYLOADS.entries()) {
    found.push([nameOf(payload, at, "md"), markdown(payload, at)]);
    found.push([`pages/${at}.html`, htmlPage(payload, at)]);
    if (at % 4 === 0) found.push([`text/${nameOf(payload, at, "txt")}`, text(payload, at)]);
    if (at % 4 === 1) found.push([`rest/${at}.rst`, restructured(payload, at)]);
    if (at % 12 === 0) found.push([`${at}.ipynb`, notebook(PAYLOADS.slice(at, at + 12), at)]);
  }
  return found;
}

// Writes a sources folder below `folder` whose only source is the hostile one; returns its path.
export async function writeHostileSources(folder) {
  const sources = path.join(folder, "sources");
  await cp(SOURCES, sources, { recursive: true });
  await rm(path.join(sources, "notes"), { recursive: true });
  const why = JSON.stringify(`Hostile: ${PAYLOADS[0]} "><img src=x onerror=alert(1)>`);
  const entry = ['folder = "hostile"', 'id = "hostile"', `why = ${why}`, 'licence = "CC0-1.0"'];
  await writeFile(path.join(sources, "catalogue.toml"), `[[source]]\n${entry.join("\n")}\n`);
  for (const [name, content] of files()) {
    const file = path.join(sources, "hostile", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return sources;
}
