/* The table typed on a page: paste from a spreadsheet, keys, checks while one types, drafts. Without this file the same
   buttons send the whole form. */
"use strict";

ckan.module("odl-grid", function () {
  const WAIT = 900;
  const STEP = 10;

  /* Text copied from a spreadsheet: tabs between cells, quotes around those with a line break or a quote. */
  const cellsOf = (text) => {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at];
      const row = rows[rows.length - 1];
      if (quoted) {
        if (sign !== '"') { row[row.length - 1] += sign; }
        else if (text[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; }
        else { quoted = false; }
      } else if (sign === '"' && row[row.length - 1] === "") { quoted = true; }
      else if (sign === "\t") { row.push(""); }
      else if (sign === "\n") { rows.push([""]); }
      else if (sign !== "\r") { row[row.length - 1] += sign; }
    }
    while (rows.length > 1 && rows[rows.length - 1].every((cell) => cell === "")) { rows.pop(); }
    return rows;
  };

  return {
    options: { check: "", save: "", deposit: "", most: 200, checking: "", saving: "", failed: "", full: "", removed: "", undo: "", row: "", take: "" },

    initialize: function () {
      const form = this.el[0];
      const texts = this.options;
      const body = form.querySelector("tbody");
      const status = form.querySelector("[data-status]");
      const blank = form.querySelector("template[data-blank]").content.querySelector("[data-row]");
      const names = Array.from(form.querySelectorAll("thead th[data-name]"), (head) => head.dataset.name);
      const titles = Array.from(form.querySelectorAll("thead .odl-grid-title"), (title) => title.textContent);
      const token = form.querySelector("input[type=hidden]");
      let deposit = texts.deposit || "";
      let dirty = false;
      let timer = 0;
      let asked = 0;

      const rows = () => Array.from(body.querySelectorAll("[data-row]"));
      const fields = (row) => Array.from(row.querySelectorAll("[data-column]"));
      const plain = (text) => text.normalize("NFD").replace(/[^A-Za-z0-9]/g, "").toLowerCase();

      /* The numbers in names, labels and headings follow the rows. */
      const renumber = () => rows().forEach((row, at) => {
        row.querySelector(".odl-row-number").textContent = at + 2;
        const remove = row.querySelector("[data-remove]");
        remove.value = "remove-" + at;
        remove.querySelector(".visually-hidden").textContent = texts.take.replace("{row}", at + 2);
        fields(row).forEach((field, place) => {
          const id = "r" + at + "c" + place;
          const said = field.parentNode.querySelector(".odl-said");
          field.id = id;
          field.name = id;
          field.setAttribute("aria-label", titles[place].replace("*", "").trim() + ", " + texts.row + " " + (at + 2));
          if (said) { said.id = id + "-said"; field.setAttribute("aria-describedby", said.id); }
        });
      });

      const say = (...parts) => status.replaceChildren(...parts);
      const line = (text, strong) => {
        const part = document.createElement("p");
        const inner = document.createElement(strong ? "strong" : "span");
        inner.textContent = text;
        part.append(inner);
        return part;
      };

      const add = (count) => {
        const room = Math.min(count, texts.most - rows().length);
        for (let number = 0; number < room; number += 1) { body.append(document.importNode(blank, true)); }
        if (room < count) { say(line(texts.full)); }
        renumber();
      };

      const write = (field, text) => {
        if (text !== field.value) { field.closest("td").classList.remove("odl-given"); }
        if (field.tagName === "SELECT") {
          const wanted = text.trim();
          let option = Array.from(field.options).find((one) => one.value === wanted)
            || Array.from(field.options).find((one) => plain(one.value) === plain(wanted));
          if (!option && wanted) { option = new Option(wanted, wanted); field.add(option); }
          field.value = option ? option.value : "";
        } else { field.value = text.replace(/\s*\n\s*/g, " "); }
      };

      const values = () => rows().map((row) => {
        const found = {};
        fields(row).forEach((field, place) => { if (field.value.trim() !== "") { found[names[place]] = field.value; } });
        return found;
      });

      const silence = () => {
        body.querySelectorAll(".odl-said").forEach((said) => said.remove());
        body.querySelectorAll("[aria-invalid]").forEach((field) => {
          field.removeAttribute("aria-invalid");
          field.removeAttribute("aria-describedby");
        });
        body.querySelectorAll(".odl-cell-wrong").forEach((cell) => cell.classList.remove("odl-cell-wrong"));
      };

      const tell = (where, id, text) => {
        let said = where.querySelector(".odl-said");
        if (!said) {
          said = document.createElement("p");
          said.className = "odl-said";
          if (id) { said.id = id; }
          where.append(said);
        }
        said.textContent = (said.textContent + " " + text).trim();
      };

      const show = (found) => {
        const all = rows();
        silence();
        found.rows.forEach((row, at) => all[at] && fields(all[at]).forEach((field, place) => {
          const text = row[names[place]] || "";
          if (field.value !== text && field !== document.activeElement) { write(field, text); }
        }));
        found.cells.forEach((wrong) => {
          const field = all[wrong.row] && fields(all[wrong.row])[names.indexOf(wrong.column)];
          if (!field) { return; }
          field.setAttribute("aria-invalid", "true");
          field.setAttribute("aria-describedby", field.id + "-said");
          field.parentNode.classList.add("odl-cell-wrong");
          tell(field.parentNode, field.id + "-said", wrong.message);
        });
        found.lines.forEach((wrong) => all[wrong.row] && tell(all[wrong.row].querySelector("th"), "", wrong.message));
        say(line(found.sentence, true), ...found.general.map((text) => line(text)));
      };

      const send = (address, next) => fetch(address, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token ? token.value : "" },
        body: JSON.stringify({ rows: values() }),
      }).then((answer) => answer.json().then((found) => {
        if (answer.ok) { return next(found); }
        return say(line((found.problems || [(found.error && found.error.message) || texts.failed]).join(" ")));
      })).catch(() => say(line(texts.failed)));

      const check = (aloud) => {
        window.clearTimeout(timer);
        asked += 1;
        const mine = asked;
        if (aloud) { say(line(texts.checking)); }
        return send(texts.check, (found) => { if (mine === asked) { show(found); } });
      };

      const later = () => {
        dirty = true;
        asked += 1; // an answer to what was there before would write over what is typed now
        window.clearTimeout(timer);
        timer = window.setTimeout(() => check(false), WAIT);
      };

      const save = (next) => {
        window.clearTimeout(timer);
        asked += 1;
        say(line(texts.saving));
        const address = texts.save + (deposit ? (texts.save.includes("?") ? "&" : "?") + "depot=" + encodeURIComponent(deposit) : "");
        return send(address, (found) => { dirty = false; deposit = found.deposit; next(found); });
      };

      const paste = (field, text) => {
        let pasted = cellsOf(text);
        if (pasted.length === 1 && pasted[0].length === 1) { return false; }
        const first = rows().indexOf(field.closest("[data-row]"));
        const left = Number(field.dataset.column);
        let order = pasted[0].map((_, at) => left + at);
        // with their headings, rows find their columns by themselves
        const heads = pasted[0].map((cell) => {
          const wanted = plain(cell);
          const byName = names.findIndex((name) => plain(name) === wanted);
          return byName >= 0 ? byName : titles.findIndex((title) => plain(title) === wanted);
        });
        if (heads.filter((at) => at >= 0).length * 2 > heads.length) { order = heads; pasted = pasted.slice(1); }
        add(Math.max(0, first + pasted.length - rows().length));
        const all = rows();
        pasted.forEach((cells, at) => {
          const row = all[first + at];
          if (!row) { return; }
          const there = fields(row);
          cells.forEach((cell, place) => { if (there[order[place]]) { write(there[order[place]], cell); } });
        });
        later();
        return true;
      };

      const move = (field, by) => {
        const all = rows();
        const at = all.indexOf(field.closest("[data-row]")) + by;
        if (at === all.length && by > 0) { add(1); }
        const row = rows()[at];
        if (row) { fields(row)[Number(field.dataset.column)].focus(); }
      };

      form.addEventListener("paste", (event) => {
        const field = event.target.closest("[data-column]");
        const text = event.clipboardData && event.clipboardData.getData("text/plain");
        if (field && text && paste(field, text)) { event.preventDefault(); }
      });

      form.addEventListener("keydown", (event) => {
        const field = event.target.closest("[data-column]");
        if (!field || event.altKey || event.metaKey || event.isComposing) { return; }
        if (event.key === "Enter") { event.preventDefault(); move(field, event.shiftKey ? -1 : 1); return; }
        // in a list, the arrows are for the list
        if (field.tagName === "SELECT" || field.hasAttribute("list")) { return; }
        if (event.key === "ArrowDown") { event.preventDefault(); move(field, 1); }
        if (event.key === "ArrowUp") { event.preventDefault(); move(field, -1); }
      });

      form.addEventListener("input", (event) => { if (event.target.closest("[data-column]")) { later(); } });

      const remove = (row) => {
        const next = row.nextElementSibling;
        const undo = document.createElement("button");
        undo.type = "button";
        undo.className = "btn btn-outline-secondary";
        undo.textContent = texts.undo;
        row.remove();
        undo.addEventListener("click", () => {
          body.insertBefore(row, next && next.parentNode === body ? next : null);
          renumber();
          say();
          fields(row)[0].focus();
          later();
        });
        if (!rows().length) { add(1); }
        renumber();
        dirty = true;
        const said = line(texts.removed);
        said.append(" ", undo);
        say(said);
        undo.focus();
      };

      form.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button || button.type !== "submit") { return; }
        if (button.matches("[data-remove]")) { event.preventDefault(); remove(button.closest("[data-row]")); }
        if (button.matches("[data-add]")) { event.preventDefault(); add(STEP); }
        if (button.matches("[data-check]")) { event.preventDefault(); check(true); }
        if (button.matches("[data-save]")) {
          event.preventDefault();
          save((found) => { window.history.replaceState(null, "", found.address); form.action = found.address; say(line(found.sentence, true)); });
        }
        if (button.matches("[data-continue]")) {
          event.preventDefault();
          save((found) => window.location.assign(found.next));
        }
      });

      form.addEventListener("submit", (event) => event.preventDefault());
      form.dataset.ready = "true";
      window.addEventListener("beforeunload", (event) => { if (dirty) { event.preventDefault(); } });
    },
  };
});
