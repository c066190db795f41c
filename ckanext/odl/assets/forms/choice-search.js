/* A box that narrows a long list of choices as one types. Without JavaScript the list stays whole. */
"use strict";

ckan.module("odl-choice-search", function () {
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  return {
    options: { label: "", none: "" },

    initialize: function () {
      const select = this.el[0];
      const whole = Array.from(select.children).map((child) => child.cloneNode(true));
      const id = select.id + "-search";

      const label = document.createElement("label");
      label.className = "odl-help";
      label.htmlFor = id;
      label.textContent = this.options.label;

      const box = document.createElement("input");
      box.type = "search";
      box.id = id;
      box.className = "form-control odl-choice-search";
      box.autocomplete = "off";
      box.setAttribute("aria-controls", select.id);

      const status = document.createElement("p");
      status.className = "odl-help";
      status.setAttribute("role", "status");

      select.before(label, box);
      select.after(status);

      const narrow = () => {
        const words = fold(box.value).split(/\s+/).filter(Boolean);
        const chosen = select.value;
        const fits = (option) => {
          const text = fold(option.textContent + " " + option.value);
          return !option.value || option.value === chosen || words.every((word) => text.includes(word));
        };
        let found = 0;
        const kept = whole.map((child) => {
          const copy = child.cloneNode(true);
          if (copy.tagName === "OPTGROUP") {
            Array.from(copy.children).forEach((option) => { if (!fits(option)) option.remove(); });
            found += copy.children.length;
          }
          return copy;
        }).filter((copy) => copy.tagName !== "OPTGROUP" || copy.children.length);
        select.replaceChildren(...kept);
        select.value = chosen;
        status.textContent = words.length && !found ? this.options.none : "";
      };
      box.addEventListener("input", narrow);
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    },
  };
});
