// What pages do beyond links and forms. Each part does nothing where its elements are not on the page;
// without this file every form still submits.
(() => {
  "use strict";

  // A file that is dropped anywhere on the drop zone is as if it had been chosen with the button.
  const dropping = (zone) => {
    const input = zone.querySelector('input[type="file"]');
    const over = (on) => (event) => {
      event.preventDefault();
      zone.classList.toggle("over", on);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length > 0) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
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

  document.documentElement.classList.add("scripted");
  const ready = (root) => root.querySelectorAll("[data-drop]").forEach(dropping);
  ready(document);
  // What needs this script is shown only where it runs.
  document.querySelectorAll("[data-scripted]").forEach((element) => element.removeAttribute("hidden"));
})();
