// SPDX-License-Identifier: EUPL-1.2
// One Chromium for a whole test program. Reads orders from standard input and answers them, each one line of JSON, in their
// order; `looks.mjs` has what is looked at in every state of a page. Ends with its input.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { look } from "./looks.mjs";

const PATIENCE_MS = 20000;
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const readers = new Map();

// What a reader's browser complains of, and where it went. A page that refuses is no fault of the page.
function listen(reader, origin) {
  const { context, page, faults } = reader;
  context.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) faults.push(`asked ${request.url()}`);
    if (request.frame() === page.mainFrame() && request.isNavigationRequest()) reader.bytes = 0;
  });
  context.on("requestfinished", async (request) => {
    const sizes = await request.sizes().catch(() => ({ responseBodySize: 0 }));
    reader.bytes += sizes.responseBodySize;
  });
  page.on("console", (message) => {
    const refused = /the server responded with a status of 4\d\d/.test(message.text()) && message.location().url === page.url();
    if (["error", "warning"].includes(message.type()) && !refused) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
}

async function reader({ name, origin, width, scheme, scripts, language }) {
  await readers.get(name)?.context.close();
  const context = await browser.newContext({
    baseURL: origin, viewport: { width, height: 900 }, colorScheme: scheme, locale: language, acceptDownloads: false,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const made = { context, page: await context.newPage(), faults: [], bytes: 0, width };
  if (!scripts) {
    made.session = await context.newCDPSession(made.page);
    await made.session.send("Emulation.setScriptExecutionDisabled", { value: true });
  }
  listen(made, origin);
  readers.set(name, made);
}

// By keyboard alone: a field or a button is focused, and the rest is typed.
async function press(page, selector) {
  const found = page.locator(selector).first();
  await found.focus();
  const left = page.waitForEvent("framenavigated", { timeout: PATIENCE_MS });
  await page.keyboard.press("Enter");
  await left;
  await page.waitForLoadState();
}

async function tick(page, selector) {
  const found = page.locator(selector).first();
  await found.focus();
  await page.keyboard.press("Space");
  if (!(await found.isChecked())) throw new Error(`${selector} is not ticked by the keyboard`);
}

async function fill(page, selector, text) {
  const found = page.locator(selector).first();
  await found.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

const orders = {
  reader,
  go: async ({ page }, { path }) => {
    const answer = await page.goto(path, { waitUntil: "load" });
    return answer?.status() ?? 0;
  },
  press: ({ page }, { selector }) => press(page, selector),
  tick: ({ page }, { selector }) => tick(page, selector),
  fill: ({ page }, { selector, text }) => fill(page, selector, text),
  choose: ({ page }, { selector, value }) => page.locator(selector).first().selectOption(value),
  where: ({ page }) => new URL(page.url()).pathname,
  text: ({ page }) => page.locator("body").innerText(),
  html: ({ page }) => page.content(),
  links: ({ page }, { selector }) => page.locator(selector).evaluateAll((all) => all.map((one) => one.getAttribute("href"))),
  until: ({ page }, { selector }) => page.locator(selector).first().waitFor({ state: "attached" }),
  bytes: (reader) => reader.bytes,
  print: ({ page }, { file }) => page.pdf({ path: file, preferCSSPageSize: true }),
  look: (reader, { file, axeOnly }) => look(reader, axe, file, axeOnly),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    const value = order.order === "reader" ? await reader(order) : await orders[order.order](readers.get(order.name), order);
    answer = { value: value ?? null };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
