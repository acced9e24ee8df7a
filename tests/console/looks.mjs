// SPDX-License-Identifier: EUPL-1.2
// What is looked at in every state of a page. Each look returns its flaws as sentences; none is a good page.

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const NARROW = 320; // CSS pixels: a small telephone, and a desk's window of 1280 at 400 %

async function rules({ page }, axe) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `axe ${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)} (${node.failureSummary?.split("\n").slice(1).join("; ")})`));
}

// In the page: text in Cyrillic stands under lang="bg", also that of names and values.
function tongues() {
  const cyrillic = /\p{Script=Cyrillic}/u;
  const flaws = [];
  const hold = (text, element) => {
    const tag = element?.closest("[lang]")?.getAttribute("lang") ?? "";
    if (cyrillic.test(text) && tag !== "bg") flaws.push(`Cyrillic under lang="${tag}": "${text.trim().slice(0, 60)}" in <${element?.localName}>`);
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    // A window's title, and a text to be copied, are one text of several languages.
    if (!parent.matches("script, style, title, textarea[readonly]")) hold(walker.currentNode.data, parent);
  }
  for (const element of document.querySelectorAll("[aria-label], [alt], [title], [placeholder], input[value]:not([type=hidden])"))
    for (const name of ["aria-label", "alt", "title", "placeholder", "value"]) hold(element.getAttribute(name) ?? "", element);
  return flaws;
}

// In the page: what hangs over its edge.
function wide() {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const over = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 0.5);
  return [`${document.documentElement.scrollWidth} px wide in ${room}: ${over.slice(-2).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`];
}

// In the page: gives what can be worked a number each, and returns how many. A group of radio buttons is one stop.
function number() {
  const groups = new Set();
  const one = (element) => {
    if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== "radio") return true;
    const group = `${element.form?.action} ${element.name}`;
    const known = groups.has(group);
    groups.add(group);
    return !known;
  };
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter(one);
  window.pokanaStops = new Map(all.map((element, at) => [element.type === "radio" ? `${element.form?.action} ${element.name}` : element, at]));
  return all.map((element) => element.outerHTML.slice(0, 120));
}

// In the page: which of them has the focus now, and can that be seen?
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = element.getBoundingClientRect();
  const inside = box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth;
  const key = element.type === "radio" ? `${element.form?.action} ${element.name}` : element;
  return { at: window.pokanaStops.get(key) ?? -1, seen: outlined && inside, html: element.outerHTML.slice(0, 120) };
}

async function keyboard({ page }) {
  const stops = await page.evaluate(number);
  const reached = new Set();
  const flaws = [];
  await page.evaluate(() => { document.activeElement?.blur(); window.getSelection()?.removeAllRanges(); });
  // It begins where the page was opened at, perhaps in its middle: once round and on.
  for (let step = 0; step < 2 * stops.length + 4 && reached.size < stops.length; step++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(focused);
    if (!now || reached.has(now.at)) continue;
    reached.add(now.at);
    if (!now.seen) flaws.push(`focus is not to be seen: ${now.html}`);
  }
  for (let at = 0; at < stops.length; at++) if (!reached.has(at)) flaws.push(`not reached by keyboard: ${stops[at]}`);
  return flaws;
}

async function narrow({ page, width }, file) {
  const flaws = await page.evaluate(wide);
  if (width === NARROW) return flaws;
  await page.setViewportSize({ width: NARROW, height: 900 });
  flaws.push(...(await page.evaluate(wide)));
  if (file) await page.screenshot({ path: file.replace(".png", `-${NARROW}.png`), fullPage: true });
  await page.setViewportSize({ width, height: 900 });
  return flaws;
}

// Scripts of a reader who has none are let run while it is looked, for axe's sake: the page was loaded without.
async function withScripts({ session }, work) {
  await session?.send("Emulation.setScriptExecutionDisabled", { value: false });
  const found = await work();
  await session?.send("Emulation.setScriptExecutionDisabled", { value: true });
  return found;
}

export async function look(reader, axe, file) {
  const { page, faults } = reader;
  if (file) await page.screenshot({ path: file, fullPage: true });
  const flaws = await withScripts(reader, async () => [
    ...(await page.evaluate(tongues)), ...(await narrow(reader, file)), ...(await rules(reader, axe)), ...(await keyboard(reader)),
  ]);
  return [...faults.splice(0), ...flaws];
}
