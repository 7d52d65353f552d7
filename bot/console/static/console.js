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
  window.setTimeout(() => { // what takes long says so
    if (!event.submitter) return;
    event.submitter.dataset.label = event.submitter.textContent;
    event.submitter.textContent = "请稍候……";
  }, 1500);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled:not([data-off])")) button.disabled = false;
  for (const button of document.querySelectorAll("button[data-label]")) button.textContent = button.dataset.label;
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

// Copies what stands in a field. The old way first: the new one is shut where the console is reached without https.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  let copied = document.execCommand("copy");
  if (!copied && navigator.clipboard) copied = await navigator.clipboard.writeText(field.value).then(() => true, () => false);
  document.querySelector("[data-copied]").textContent = copied ? "已复制" : "请按 Ctrl+C 复制";
});

// A proposed answer goes into the draft, below what stands there; nothing is sent.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-fill]");
  const draft = document.querySelector("[data-draft]");
  if (!link || !draft) return;
  event.preventDefault();
  const words = document.getElementById(link.dataset.fill).textContent;
  draft.value = draft.value.trim() ? `${draft.value.trimEnd()}\n\n${words}` : words;
  draft.closest("details").open = true;
  draft.focus();
  draft.setSelectionRange(draft.value.length - words.length, draft.value.length - words.length);
  draft.form.querySelector("[data-filled]").textContent = "已填入，请核实、改好再发";
});

// Files that are too large together are said to be before they are sent: the form would be lost with them.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=file][data-most]")) return;
  const size = [...event.target.files].reduce((sum, file) => sum + file.size, 0);
  const most = Number(event.target.dataset.most);
  event.target.setCustomValidity(size > most ? `合起来太大：最多 ${Math.floor(most / 1048576)} MB，请分几次，或把照片缩小` : "");
  event.target.reportValidity();
});
