// The built site on this machine alone: its pages, a server, a browser.
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { after, before } from "node:test";
import { extname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../site", import.meta.url));
const TYPES = {
  ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json",
  ".png": "image/png", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".xml": "text/xml",
};

// Addresses of all pages: "", "theory/elbo/", …
export function pages() {
  return readdirSync(ROOT, { recursive: true })
    .filter((file) => file.endsWith("index.html"))
    .map((file) => relative(ROOT, join(ROOT, file, "..")))
    .map((folder) => (folder ? `${folder.replaceAll("\\", "/")}/` : ""))
    .sort();
}

// Serves the site as a web host does: compressed, pictures and fonts apart.
export async function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://site").pathname));
    let file = join(ROOT, path);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    const status = existsSync(file) ? 200 : 404;
    if (status === 404) file = join(ROOT, "404.html");
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    const packed = !/image\/png|font/.test(type);
    response.writeHead(status, { "Content-Type": type, ...(packed && { "Content-Encoding": "gzip" }) });
    const stream = createReadStream(file);
    (packed ? stream.pipe(createGzip()) : stream).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

// Of the tests of a file: the browser, and where the site stands.
export let browser, address;

// Serves the site to a browser while the tests of a file run.
export function stage() {
  let server;
  before(async () => {
    ({ server, address } = await serve());
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
}

// Opens a page and waits until it is drawn; `faults` collects what must not happen on it.
export async function open(browser, address, path, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const faults = [];
  const answers = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address)) {
      faults.push(`asks another host: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    answers.push(response);
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(address + path, { waitUntil: "networkidle" });
  // site.js says when the figures are drawn; an error keeps it from that.
  const ready = page.locator("html[data-ready]").waitFor({ state: "attached", timeout: 60_000 });
  await ready.catch(() => faults.push("the page is never ready"));
  const weight = async () => {
    const sizes = await Promise.all(answers.map((answer) => answer.request().sizes()));
    return sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  };
  return { page, faults, weight };
}
