// SPDX-License-Identifier: EUPL-1.2
// What arrives appears by itself: the page is looked at once a second, and what is new in it takes its place. What somebody
// is typing stays. Without this script the page works as well, one load at a time.
const list = document.getElementById("phones");
let seen = "";

function talk(phone) {
  return phone.querySelector(".talk");
}

function takeOver(fresh) {
  const phones = [...fresh.querySelectorAll(".phone")];
  if (phones.length === 0 || [...list.querySelectorAll(".phone")].some((phone) => !isAmong(phones, phone))) {
    list.replaceChildren(...fresh.childNodes);
    return;
  }
  list.querySelectorAll(":scope > p").forEach((hint) => hint.remove());
  for (const phone of phones) {
    const known = document.getElementById(phone.id);
    if (!known) {
      list.append(phone);
    } else if (talk(known).innerHTML !== talk(phone).innerHTML) {
      talk(known).replaceChildren(...talk(phone).childNodes);
      talk(known).scrollTop = talk(known).scrollHeight;
    }
  }
}

function isAmong(phones, wanted) {
  return phones.some((phone) => phone.id === wanted.id && phone.dataset.number === wanted.dataset.number);
}

async function look() {
  try {
    const answer = await fetch("/phones", { cache: "no-store" });
    const page = answer.ok ? await answer.text() : seen;
    if (page !== seen) {
      seen = page;
      takeOver(new DOMParser().parseFromString(page, "text/html").getElementById("phones"));
    }
  } catch {
    // The gateway is away for the moment; the next look finds it again.
  }
}

async function goOn() {
  await look();
  setTimeout(goOn, 1000);
}

list.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
  form.elements.text.value = "";
  try {
    await fetch("/phones", { method: "POST", body, redirect: "manual" });
  } catch {
    form.elements.text.value = body.get("text");
  }
  await look();
});

document.querySelectorAll(".talk").forEach((one) => (one.scrollTop = one.scrollHeight));
goOn();
