// SPDX-License-Identifier: EUPL-1.2
// What is typed is looked at while it is typed: the same answer as the button gives, without leaving the page.
const form = document.getElementById("text-form");
const checked = document.getElementById("checked");
const said = document.getElementById("said");
let timer, asked;

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: asked.signal });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const say = page.querySelector("[data-say]")?.textContent ?? "";
    checked.replaceChildren(...page.body.childNodes);
    if (said.textContent !== say) said.textContent = say;
  } catch {
    // The button still works.
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 500);
});
