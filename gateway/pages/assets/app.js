// What pages do beyond links and forms. Each part does nothing where its elements are not on the page;
// without this file every form still submits.
(() => {
  "use strict";

  // What is dropped where many files may be: those of folders, too, each by its path.
  const within = async (entries) => {
    const found = [];
    const called = (entry, method) => new Promise((done, failed) => entry[method](done, failed));
    const walk = async (entry) => {
      if (entry.isFile) {
        const file = await called(entry, "file");
        return found.push(new File([file], entry.fullPath.replace(/^\//, ""), { type: file.type }));
      }
      // A folder tells of its files a hundred at a time.
      const reader = entry.createReader();
      for (let some = await called(reader, "readEntries"); some.length > 0; some = await called(reader, "readEntries")) {
        for (const one of some) await walk(one);
      }
    };
    for (const entry of entries) await walk(entry);
    const given = new DataTransfer();
    found.sort((a, b) => (a.name < b.name ? -1 : 1)).forEach((file) => given.items.add(file));
    return given.files;
  };

  // A file that is dropped anywhere on the drop zone is as if it had been chosen with the button.
  const dropping = (zone) => {
    const input = zone.querySelector('input[type="file"]');
    const over = (on) => (event) => {
      event.preventDefault();
      zone.classList.toggle("over", on);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", async (event) => {
      over(false)(event);
      const { files, items } = event.dataTransfer;
      if (files.length === 0) return;
      // The entries are gone once the event is over.
      const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      const folders = input.multiple && entries.some((entry) => entry.isDirectory);
      input.files = folders ? await within(entries) : files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  // `data-one-of`: a file, a text or an address. Whoever gives one has taken back the others.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.matches("[data-one-of]") || !event.target.value) return;
    for (const field of form.elements) {
      if (field !== event.target && field.name && field.value) field.value = "";
    }
  });

  // `data-submit`: choosing is submitting.
  document.addEventListener("change", (event) => {
    const input = event.target.closest("[data-submit]");
    if (input && input.value) input.form.requestSubmit();
  });

  // `data-told="#id"`: how many files were chosen is said there.
  document.addEventListener("change", ({ target }) => {
    if (!target.dataset.told) return;
    const line = document.querySelector(target.dataset.told);
    line.textContent = line.dataset.chosen.replace("{n}", target.files.length);
  });

  // Where an answer takes the place of something, whoever listens or uses the keyboard is led there.
  document.addEventListener("htmx:after:swap", () => {
    const heading = document.querySelector("[data-arrive]");
    if (!heading) return;
    heading.removeAttribute("data-arrive");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  });

  // `data-copy="#id"`: copies the text of an element, and says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
      button.textContent = button.dataset.done;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
  });

  // Keys of the console: `data-key` names the key of a link or button. They can be switched off,
  // because programs that listen to speech would press them by accident.
  const KEYS = "imprimatur-keys";
  const silent = () => localStorage.getItem(KEYS) === "off";
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || silent()) return;
    const key = event.key.toLowerCase();
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const rows = [...document.querySelectorAll("[data-row]")];
    if (target) {
      event.preventDefault();
      target.click();
    } else if (rows.length > 0 && (key === "j" || key === "k")) {
      const at = rows.indexOf(document.activeElement);
      rows[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), rows.length - 1)].focus();
    }
  });
  const told = (button) => {
    button.textContent = silent() ? button.dataset.on : button.dataset.off;
  };
  document.querySelectorAll("[data-keys]").forEach((button) => {
    told(button);
    button.addEventListener("click", () => {
      localStorage.setItem(KEYS, silent() ? "on" : "off");
      told(button);
    });
  });

  // `data-stream="#id"`: the answer to a form is shown while it is written.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-stream]");
    if (!form) return;
    event.preventDefault();
    const output = document.querySelector(form.dataset.stream);
    const button = form.querySelector('button[type="submit"]');
    output.textContent = "";
    output.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { accept: "text/event-stream" },
        body: new URLSearchParams(new FormData(form)),
      });
      const type = answer.headers.get("content-type") ?? "";
      if (!type.startsWith("text/event-stream")) return form.submit();
      await events(answer.body, (name, data) => {
        if (name === "text") output.textContent += data;
        if (name === "end") location.assign(data);
      });
    } finally {
      output.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });
  const events = async (body, each) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const pieces = (rest + value).split("\n\n");
      rest = pieces.pop();
      for (const piece of pieces) {
        const lines = piece.split("\n");
        const of = (name) =>
          lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
        each(of("event")[0] ?? "message", of("data").join("\n"));
      }
    }
  };

  // `data-take="#id"`: what a button of the form has made is downloaded; meanwhile the element says how
  // long it takes, and then what it was and where the log has it.
  document.addEventListener("submit", async (event) => {
    const { submitter } = event;
    if (!submitter?.dataset.take) return;
    event.preventDefault();
    if (submitter.ariaDisabled === "true") return;
    const body = new URLSearchParams(new FormData(event.target, submitter));
    const told = document.querySelector(submitter.dataset.take);
    const [bar, line] = [told.querySelector("progress"), told.querySelector("p")];
    const began = Date.now();
    const tell = () => {
      line.textContent = line.dataset.busy.replace("{n}", Math.round((Date.now() - began) / 1000));
    };
    submitter.ariaDisabled = "true";
    bar.hidden = false;
    tell();
    const ticking = setInterval(tell, 1000);
    try {
      const answer = await fetch(event.target.action, { method: "POST", body });
      const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
      if (!named) {
        // Whatever else comes is a page that says why: it is asked for as without this script.
        submitter.dataset.take = "";
        return event.target.requestSubmit(submitter);
      }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      [link.download, link.textContent] = [named[1], named[1]];
      const entry = document.createElement("a");
      entry.textContent = answer.headers.get("x-imprimatur-receipt");
      entry.href = told.dataset.entry.replace("{n}", entry.textContent);
      const [before, between = ""] = line.dataset.done.split("{n}");
      line.replaceChildren(link, before, entry, between);
      link.click();
    } finally {
      clearInterval(ticking);
      bar.hidden = true;
      submitter.ariaDisabled = null;
    }
  });

  // Where an explanation is due, its button waits for it: `data-needs="#id"`.
  const due = (button) => {
    const field = document.querySelector(button.dataset.needs);
    const look = () => {
      button.disabled = field.value.trim() === "";
    };
    field.addEventListener("input", look);
    look();
  };
  document.querySelectorAll("[data-needs]").forEach(due);

  // Two pictures, one over the other.
  document.querySelectorAll("[data-compare]").forEach((range) => {
    const shown = document.querySelector(range.dataset.compare);
    range.addEventListener("input", () => shown.style.setProperty("--at", `${range.value}%`));
  });

  // A table is sorted by the heading that is pressed.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    const head = button.closest("th");
    const table = button.closest("table");
    const at = [...head.parentNode.children].indexOf(head);
    const down = head.getAttribute("aria-sort") === "ascending";
    const said = (row) => row.children[at].dataset.value ?? row.children[at].textContent.trim();
    const rows = [...table.tBodies[0].rows].sort(
      (a, b) => said(a).localeCompare(said(b), undefined, { numeric: true }) * (down ? -1 : 1),
    );
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...rows);
  });

  document.documentElement.classList.add("scripted");
  const ready = (root) => root.querySelectorAll("[data-drop]").forEach(dropping);
  ready(document);
  // What needs this script is shown only where it runs.
  document.querySelectorAll("[data-scripted]").forEach((element) => element.removeAttribute("hidden"));
})();
