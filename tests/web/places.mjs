// Every page of the program, with the status that it answers; with only its own notes indexed.

import { api } from "./server.mjs";

export const SEARCH = "/?q=position+bias";
export const TOPIC = "/topics/embedding";
export const CASE = "/cases/video-recommendation";
export const LEARN = "/topics/feature-store/learn";

const FIXED = [
  ["start", "/"],
  ["search", SEARCH],
  ["nothing-found", "/?q=zzxxqqy"],
  ["corrected", "/?q=featre+store"],
  ["topics", "/topics"],
  ["topic", TOPIC],
  ["learn", LEARN],
  ["cases", "/cases"],
  ["case", CASE],
  ["path", "/path?from=embedding&to=feature-store"],
  ["path-form", "/path"],
  ["compare", "/compare?topics=embedding,feature-store"],
  ["compare-form", "/compare"],
  ["case-asked", "/?q=design+video+recommendation"],
  ["resources", "/resources"],
  ["sources", "/sources"],
  ["new", "/new"],
  ["about", "/about"],
];

// The reader's address of the first passage on position bias.
export async function sectionAddress(server) {
  const { hits } = await api(server, "/search?q=position+bias&limit=1");
  return `/sections/${hits[0].id}`;
}

// The reader's address of a whole document.
export async function documentAddress(server) {
  const { hits } = await api(server, "/search?q=calibration&limit=1");
  return `/documents/${hits[0].document}`;
}

async function sourceAddress(server) {
  const { sources } = await api(server, "/sources");
  return `/sources/${sources[0].id.split("/").map(encodeURIComponent).join("/")}`;
}

// `{ name, address, status }` of each page.
export async function places(server) {
  const found = [
    ...FIXED,
    ["section", await sectionAddress(server)],
    ["document", await documentAddress(server)],
    ["source", await sourceAddress(server)],
  ].map(([name, address]) => ({ name, address, status: 200 }));
  return [
    ...found,
    { name: "not-found", address: "/no-such-page", status: 404 },
    { name: "unknown-topic", address: "/topics/no-such-topic", status: 404 },
  ];
}

// How the pages that are used most are seen besides.
export const VARIANTS = [
  { name: "360", viewport: { width: 360, height: 740 } },
  { name: "768", viewport: { width: 768, height: 1024 } },
  { name: "dark", colorScheme: "dark" },
  { name: "360-dark", viewport: { width: 360, height: 740 }, colorScheme: "dark" },
  { name: "plain", javaScriptEnabled: false },
  { name: "360-plain", viewport: { width: 360, height: 740 }, javaScriptEnabled: false },
];
