// Starts the program over a fresh index on a free port of this machine, and stops it again.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const LONGEST_START_MS = 120_000;
const LONGEST_STOP_MS = 10_000;

// The repository's own data files.
export const SOURCES = path.join(ROOT, "sources");

function program() {
  const named = process.env.CAIRN_PROGRAM;
  if (named) return path.resolve(named);
  const built = ["release", "debug"].map((kind) => path.join(ROOT, "target", kind, "cairn"));
  const found = built.find((file) => existsSync(file));
  if (!found) throw new Error("build the program first, or name it with CAIRN_PROGRAM");
  return found;
}

// The environment without the program's settings: nobody's own configuration plays a part.
function environment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(CAIRN|GITHUB|XDG)_/.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

// Resolves with the address that the program prints, once it prints it.
function announced(child, log) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the server ${why}:\n${log.text}`));
    const timer = setTimeout(() => fail("did not start"), LONGEST_START_MS);
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    child.once("exit", (code) => fail(`ended with code ${code}`));
    child.stderr.on("data", (bytes) => {
      log.text += bytes;
      // The line is written in pieces: before its end the address may be cut.
      const address = /^Cairn is at (http:\/\/127\.0\.0\.1:\d+)\/\n/m.exec(log.text)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}

async function stop(child, folder) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_STOP_MS);
    await ended;
    clearTimeout(timer);
  }
  await rm(folder, { recursive: true, force: true });
}

// A running server: its `url` without a slash at the end, what it logged, and how to stop it.
export async function startServer({ sources = SOURCES } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "cairn-web-"));
  const index = path.join(folder, "index");
  const words = ["--index", index, "--sources", sources, "serve", "--listen", "127.0.0.1:0"];
  const child = spawn(program(), [...words, "--no-refresh"], {
    cwd: folder,
    env: environment(folder),
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Not even a run that breaks off leaves it behind.
  const kill = () => child.kill();
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const log = { text: "" };
  try {
    const url = await announced(child, log);
    return { url, log, stop: () => stop(child, folder) };
  } catch (error) {
    await stop(child, folder);
    throw error;
  }
}

// What the API answers at `address`, below /api/v1.
export async function api(server, address) {
  const response = await fetch(`${server.url}/api/v1${address}`);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return response.json();
}
