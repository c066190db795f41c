/* The button that prints the page; it is hidden where it could do nothing. On paper, everything that is folded is open. */
"use strict";

for (const button of document.querySelectorAll("[data-odl-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll(".odl-page details:not([open])")];
  for (const part of unfolded) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
});
