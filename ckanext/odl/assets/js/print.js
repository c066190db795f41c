/* The button that prints the page; it is hidden where it could do nothing. */
"use strict";

for (const button of document.querySelectorAll("[data-odl-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
