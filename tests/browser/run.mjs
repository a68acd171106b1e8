// Runs the browser tests; the last line is their totals, as `python -m tests` prints them.
import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const counts = { passed: 0, failed: 0, skipped: 0 };
const here = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(here).filter((name) => name.endsWith(".test.mjs")).map((name) => here + name);
const events = run({ files });
events.on("test:pass", ({ skip }) => (counts[skip === undefined ? "passed" : "skipped"] += 1));
events.on("test:fail", () => (counts.failed += 1));
events.compose(new spec()).pipe(process.stdout);

process.on("exit", () => {
  if (counts.passed === 0 && counts.failed === 0) counts.failed = 1;
  process.exitCode = counts.failed ? 1 : 0;
  console.log(Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", "));
});
