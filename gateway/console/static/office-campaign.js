// SPDX-License-Identifier: EUPL-1.2
// While a campaign is typed: how many people the boxes mean, and what its texts say. Nothing is kept until its form is sent, and without
// this script the page works as well, one save at a time.
const form = document.getElementById("campaign");
const pieces = [
  { place: document.getElementById("count"), path: "/office/look/count", names: ["tag", "without", "language", "circle", "line"] },
  { place: document.getElementById("bubbles"), path: "/office/look/texts" },
];
const wait = 400; // after the last key, in milliseconds

async function renew(piece) {
  piece.asked?.abort();
  piece.asked = new AbortController();
  piece.place.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form));
    body.delete("form"); // the token is for what is kept
    const answer = await fetch(piece.path, { method: "POST", body, signal: piece.asked.signal, redirect: "manual" });
    if (answer.ok) {
      const open = [...piece.place.querySelectorAll("details")].map((one) => one.open);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh.querySelectorAll("details.office-said").forEach((one, at) => (one.open = open[at] ?? one.open));
      piece.place.replaceChildren(...fresh.body.childNodes);
    }
    piece.place.removeAttribute("aria-busy");
  } catch (trouble) {
    if (trouble.name !== "AbortError") piece.place.removeAttribute("aria-busy");
  }
}

function later(piece) {
  clearTimeout(piece.timer);
  piece.timer = setTimeout(renew, wait, piece);
}

form.addEventListener("input", (event) => {
  for (const piece of pieces) if (!piece.names || piece.names.includes(event.target.name)) later(piece);
});
// A new one was not counted yet; of one that is kept the page says more than a piece of it can.
pieces.filter((piece) => !piece.place.querySelector(".office-big, .office-said")).forEach(renew);
