/* The search in the official list as a combobox: the answers come as one types, the one that is chosen fills in the
   form. Without this file the button beside the box sends the form to a page that does the same. */
"use strict";

ckan.module("odl-identity", function () {
  const WAIT = 200;
  const FIELDS = {
    odl_kind: (body) => body.kind,
    odl_siren: (body) => body.siren,
    odl_insee: (body) => body.insee,
    odl_department: (body) => body.department,
    odl_population: (body) => body.population,
    odl_population_year: (body) => body.population_year,
  };

  return {
    options: { url: "", one: "", many: "", none: "", done: "", failed: "" },

    initialize: function () {
      const root = this.el[0];
      const form = root.closest("form");
      const box = root.querySelector("input[name=odl_find]");
      const status = root.querySelector("[data-odl-status]");
      const texts = this.options;
      let bodies = [];
      let active = -1;
      let timer = 0;
      let asked = "";
      let filledTitle = "";

      const list = document.createElement("ul");
      list.id = box.id + "-list";
      list.className = "odl-options";
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", root.querySelector("label").textContent.trim());
      box.after(list);
      box.setAttribute("role", "combobox");
      box.setAttribute("aria-autocomplete", "list");
      box.setAttribute("aria-controls", list.id);
      box.setAttribute("aria-expanded", "false");
      root.querySelector("button").hidden = true;

      const close = () => {
        list.hidden = true;
        active = -1;
        box.setAttribute("aria-expanded", "false");
        box.removeAttribute("aria-activedescendant");
      };

      const mark = (number) => {
        active = number;
        Array.from(list.children).forEach((line, at) => line.setAttribute("aria-selected", String(at === number)));
        const line = list.children[number];
        if (!line) { box.removeAttribute("aria-activedescendant"); return; }
        box.setAttribute("aria-activedescendant", line.id);
        line.scrollIntoView({ block: "nearest" });
      };

      const show = (found) => {
        bodies = found;
        list.replaceChildren(...found.map((body, at) => {
          const line = document.createElement("li");
          line.id = list.id + "-" + at;
          line.setAttribute("role", "option");
          line.setAttribute("aria-selected", "false");
          line.append(body.label);
          const more = document.createElement("small");
          more.textContent = [body.kind_text, body.insee || body.siren].filter(Boolean).join(" · ") +
            (body.remark ? ". " + body.remark.text : "");
          line.append(more);
          // before the box loses the focus
          line.addEventListener("mousedown", (event) => { event.preventDefault(); choose(at); });
          return line;
        }));
        list.hidden = !found.length;
        box.setAttribute("aria-expanded", String(found.length > 0));
        mark(-1);
        status.textContent = !found.length ? texts.none
          : found.length === 1 ? texts.one : texts.many.replace("{number}", found.length);
      };

      const ask = () => {
        const words = box.value.trim();
        asked = words;
        if (words.length < 2) { close(); status.textContent = ""; return; }
        const query = new URLSearchParams({ q: words, limit: 10 });
        fetch(texts.url + "?" + query, { headers: { Accept: "application/json" } })
          .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
          .then((answer) => { if (asked === words) show(answer.result.results); })
          .catch(() => { if (asked === words) { close(); status.textContent = texts.failed; } });
      };

      const fill = (name, value) => {
        const field = form.elements[name];
        if (!field) return;
        field.value = value === null || value === undefined ? "" : value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      };

      const choose = (number) => {
        const body = bodies[number];
        if (!body) return;
        for (const [name, read] of Object.entries(FIELDS)) {
          // the list does not know the SIREN of a département or a région
          if (name !== "odl_siren" || body.siren || body.kind === "commune") fill(name, read(body));
        }
        const title = form.elements.title;
        if (!title.value.trim() || title.value === filledTitle) { fill("title", body.name); filledTitle = body.name; }
        root.querySelectorAll(".odl-matches").forEach((matches) => matches.remove());
        asked = box.value = "";
        close();
        status.textContent = texts.done.replace("{name}", body.label);
      };

      box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
      box.addEventListener("blur", close);
      box.addEventListener("keydown", (event) => {
        const last = bodies.length - 1;
        if (event.key === "Enter") {
          event.preventDefault();
          if (list.hidden) ask(); else choose(active < 0 ? 0 : active);
        } else if (event.key === "Escape" && !list.hidden) {
          event.preventDefault();
          close();
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          if (list.hidden) { ask(); return; }
          const step = event.key === "ArrowDown" ? 1 : -1;
          mark(active + step > last ? 0 : active + step < 0 ? last : active + step);
        }
      });
    },
  };
});
