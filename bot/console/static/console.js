// What makes the console handier; everything works without it.
"use strict";

// A button that starts something cannot start it twice while the answer is under way.
document.addEventListener("submit", (event) => {
  const asked = event.submitter && event.submitter.dataset.confirm;
  if (asked && !window.confirm(asked)) {
    event.preventDefault();
    return;
  }
  if (event.submitter && "keep" in event.submitter.dataset) return; // a download: the page stays as it is
  window.setTimeout(() => {
    for (const button of event.target.querySelectorAll("button")) button.disabled = true;
  }, 0);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled:not([data-off])")) button.disabled = false;
});

// Keys: / to the search, a digit to a page of the menu, Ctrl+Enter sends the form one is writing in.
document.addEventListener("keydown", (event) => {
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Enter" && event.ctrlKey && event.target.form) event.target.form.requestSubmit();
  if (writing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  const tabs = document.querySelectorAll(".top nav a");
  if (/^[1-9]$/.test(event.key) && tabs[event.key - 1]) tabs[event.key - 1].click();
});

// Ticking the head of a column ticks all below it.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[data-all]")) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${event.target.dataset.all}"]`)) box.checked = event.target.checked;
});

// A ground that is chosen proposes its words; what was written by hand is left alone.
document.addEventListener("change", (event) => {
  if (!event.target.matches("select[data-fills]")) return;
  const chosen = event.target.selectedOptions[0];
  const proposals = [...event.target.options];
  for (const name of ["words", "elsewhere"]) {
    const field = event.target.form.elements[name];
    if (proposals.some((option) => option.dataset[name] === field.value) || !field.value) field.value = chosen.dataset[name];
  }
});

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-print]")) window.print();
});
