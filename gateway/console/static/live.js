// SPDX-License-Identifier: EUPL-1.2
// The numbers of a campaign renew themselves as the gateway tells them (server-sent events). When it comes to stand otherwise,
// the page is asked for anew. Without this script the page shows how it was when it was loaded.
const live = document.getElementById("live");
const lost = () => document.getElementById("live-lost");

function amount(cost) {
  const text = (cost / 10000).toFixed(4).replace(/0{1,2}$/, "");
  return `${text} ${live.dataset.currency}`;
}

function numbers(told) {
  for (const place of live.querySelectorAll("[data-n]")) {
    const value = told[place.dataset.n];
    if (value !== undefined) place.textContent = value === null ? live.dataset.few : place.dataset.n === "cost" ? amount(value) : value;
  }
}

function bars(told) {
  const known = [told.yes, told.no, told.noAnswer].every((count) => count !== null);
  const answers = known ? told.yes + told.no + told.noAnswer : 0;
  for (const bar of live.querySelectorAll("[data-bar]")) {
    const whole = bar.dataset.of === "answers" ? answers : bar.dataset.bar === "cost" ? Number(live.dataset.costMax) : told.made;
    const part = Math.min(told[bar.dataset.bar] ?? 0, whole);
    bar.setAttribute("width", whole > 0 ? Math.floor((100 * part) / whole) : 0);
  }
}

function steps(told) {
  [...document.getElementById("live-steps").rows].forEach((row, at) => {
    row.cells[3].textContent = told.steps[at].made;
    row.cells[4].textContent = told.steps[at].gone;
  });
}

async function again() {
  const answer = await fetch(location.pathname, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (!answer.ok || !page) return;
  Object.assign(live.dataset, page.dataset);
  live.replaceChildren(...page.childNodes);
}

let stood;
const source = new EventSource(live.dataset.events);

source.addEventListener("message", async (event) => {
  const told = JSON.parse(event.data);
  const stands = JSON.stringify([told.state, told.steps.map((step) => step.state)]);
  if ((stood !== undefined && stands !== stood) || told.state !== Number(live.dataset.state)) await again();
  stood = stands;
  if (told.steps.length !== document.getElementById("live-steps").rows.length) return;
  numbers(told);
  bars(told);
  steps(told);
  lost().hidden = true;
  const hour = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: live.dataset.zone };
  document.getElementById("as-of").textContent = new Date(Number(event.lastEventId)).toLocaleTimeString(document.documentElement.lang, hour);
});

source.addEventListener("error", () => {
  lost().hidden = false; // the browser tries again by itself, unless it was sent away
});
