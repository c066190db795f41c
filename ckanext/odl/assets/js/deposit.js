/* Dropping files, and how far their sending is. Without it the form of the page does the same. */
"use strict";

ckan.module("odl-drop", function () {
  const size = (bytes, options) => {
    const mega = bytes >= 1e6;
    const number = mega ? Math.round(bytes / 1e5) / 10 : Math.max(1, Math.round(bytes / 1000));
    const words = number.toLocaleString(document.documentElement.lang || "fr");
    return (mega ? options.mega : options.kilo).replace("{n}", words);
  };

  return {
    options: { most: 0, here: "", heavy: "", mega: "{n}", kilo: "{n}", sending: "{n}", reading: "", failed: "" },

    initialize: function () {
      const form = this.el[0];
      const options = this.options;
      const find = (name) => form.querySelector("[data-odl-" + name + "]");
      const zone = find("drop"), input = form.querySelector("input[type=file]"), list = find("files");
      const hint = find("hint"), error = find("error"), errorText = find("error-text"), progress = find("progress");
      const bar = progress.querySelector("progress"), said = progress.querySelector("[role=status]");
      const button = form.querySelector("button[type=submit]");
      let sending = false;

      hint.textContent = options.here;
      hint.hidden = false;

      const complain = (sentence) => {
        errorText.textContent = sentence;
        error.hidden = !sentence;
        input.toggleAttribute("aria-invalid", Boolean(sentence));
      };

      const tooHeavy = () => {
        const most = Number(options.most);
        const file = Array.from(input.files).find((one) => most && one.size > most);
        return file && options.heavy.replace("{name}", file.name)
          .replace("{size}", size(file.size, options)).replace("{most}", size(most, options));
      };

      const show = () => {
        list.replaceChildren(...Array.from(input.files).map((file) => {
          const line = document.createElement("li");
          const name = document.createElement("strong");
          name.textContent = file.name;
          line.append(name, " " + size(file.size, options));
          return line;
        }));
        zone.classList.toggle("odl-drop-full", input.files.length > 0);
        complain(tooHeavy() || "");
      };

      const over = (event) => {
        if (!event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return;
        event.preventDefault();
        zone.classList.add("odl-drop-over");
      };
      zone.addEventListener("dragenter", over);
      zone.addEventListener("dragover", over);
      zone.addEventListener("dragleave", (event) => {
        if (!zone.contains(event.relatedTarget)) zone.classList.remove("odl-drop-over");
      });
      zone.addEventListener("drop", (event) => {
        zone.classList.remove("odl-drop-over");
        if (!event.dataTransfer.files.length || sending) return;
        event.preventDefault();
        const kept = new DataTransfer();
        const files = Array.from(event.dataTransfer.files);
        (input.multiple ? files : files.slice(0, 1)).forEach((file) => kept.items.add(file));
        input.files = kept.files;
        show();
        button.focus();
      });
      input.addEventListener("change", show);

      const stop = (sentence) => {
        sending = false;
        button.disabled = false;
        progress.hidden = true;
        complain(sentence);
        if (sentence) input.focus();
      };

      const answered = (request) => {
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch (ignored) { /* a page, not an answer to us */ }
        if (request.status < 400 && answer && answer.url) {
          const there = new URL(answer.url, window.location.href);
          const here = there.pathname + there.search === window.location.pathname + window.location.search;
          window.location.assign(there);
          if (here && there.hash) window.location.reload();
          return;
        }
        if (answer && answer.refused) {
          stop(answer.refused.map((one) => (one.name ? one.name + " : " : "") + one.text).join(" "));
          if (answer.url) window.location.assign(answer.url);
          return;
        }
        if (request.status < 400 && request.responseURL) { window.location.assign(request.responseURL); return; }
        form.submit(); // the server says by a page what it has to say: the session is over, too many files…
      };

      form.addEventListener("submit", (event) => {
        if (sending) { event.preventDefault(); return; }
        const heavy = tooHeavy();
        if (heavy) { event.preventDefault(); complain(heavy); input.focus(); return; }
        if (!input.files.length) return;
        event.preventDefault();
        complain("");
        sending = true;
        button.disabled = true;
        progress.hidden = false;
        bar.value = 0;
        said.textContent = "";
        const request = new XMLHttpRequest();
        let told = -1;
        request.upload.addEventListener("progress", (step) => {
          if (!step.lengthComputable) return;
          const share = Math.floor((100 * step.loaded) / step.total);
          bar.value = share;
          // a screen reader is told by quarters
          if (share >= 100) said.textContent = options.reading;
          else if (share - told >= 25) { told = share; said.textContent = options.sending.replace("{n}", share); }
        });
        request.addEventListener("load", () => answered(request));
        request.addEventListener("error", () => stop(options.failed));
        request.addEventListener("abort", () => stop(options.failed));
        request.open("POST", form.action);
        request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
        request.send(new FormData(form));
      });
    },
  };
});

/* A question that follows from the answer to another one is there when that answer is chosen. */
ckan.module("odl-only-if", function () {
  return {
    options: { question: "", answers: "" },

    initialize: function () {
      const field = this.el[0];
      const answers = String(this.options.answers).split(" ");
      const asked = Array.from(field.form.elements.namedItem(this.options.question));
      const show = () => {
        const chosen = asked.find((one) => one.checked);
        field.hidden = !chosen || !answers.includes(chosen.value);
      };
      field.querySelector("[data-odl-if]").hidden = true; // it comes at the right moment
      asked.forEach((one) => one.addEventListener("change", show));
      show();
    },
  };
});
