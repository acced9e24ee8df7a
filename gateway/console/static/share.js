// SPDX-License-Identifier: EUPL-1.2
// The telephone's own share sheet, where it has one. Without this script the text can be copied, and each app has its link.
const button = document.getElementById("share");
const words = document.getElementById("words");

if (navigator.share) {
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ text: words.value }).catch(() => {}));
}
