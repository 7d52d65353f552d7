// The keyboard: rows of a list, the search, what the keys are, and where one stands after something was done.
"use strict";

const BACK = "petition-back";
const ROW = "petition-row";
const WRITING = "textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=submit])";

// The link of each row of a list: its title, else the first there is.
function links() {
  const rows = [...document.querySelectorAll("table.list tbody tr")];
  return rows.map((row) => row.querySelector("td.wide a[href]") || row.querySelector("a[href]")).filter(Boolean);
}

function step(by) {
  const all = links();
  if (!all.length) return false;
  const within = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const last = all.findIndex((link) => link.getAttribute("href") === sessionStorage.getItem(ROW));
  const from = within >= 0 ? within + by : Math.max(last, 0);
  all[Math.min(Math.max(from, 0), all.length - 1)].focus();
  return true;
}

function tick() {
  const row = document.activeElement.closest("table.list tbody tr");
  const box = row && row.querySelector("input[type=checkbox]");
  if (box) box.click();
  return Boolean(box);
}

function search() {
  const field = document.querySelector("input[type=search]");
  if (field) {
    field.focus();
    field.select();
  }
  return Boolean(field);
}

function explain() {
  const keys = document.querySelector("dialog.keys");
  if (!keys || !keys.showModal || keys.open) return false;
  keys.showModal();
  return true;
}

function openTab(digit) {
  const tab = document.querySelectorAll(".top nav a")[digit - 1];
  if (tab) tab.click();
  return Boolean(tab);
}

// Ctrl+Enter is a click on the form's own button, so that whatever the button asks first is asked.
function send(form) {
  const button = form.querySelector("button.main:not(:disabled)") || form.querySelector("button:not([type=button]):not(:disabled)");
  if (button) button.click();
  return Boolean(button);
}

function done(event) {
  const { key, target } = event;
  if (event.isComposing || event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return key === "Enter" && Boolean(target.form) && send(target.form);
  if (target.matches(WRITING) || document.querySelector("dialog[open]")) return false;
  const inList = Boolean(target.closest("table.list, #list"));
  if (key === "j" || (key === "ArrowDown" && inList)) return step(1);
  if (key === "k" || (key === "ArrowUp" && inList)) return step(-1);
  if (key === "x") return tick();
  if (key === "/" || key === "、") return search();
  if (key === "?" || key === "？") return explain();
  return /^[1-9]$/.test(key) && openTab(Number(key));
}

document.addEventListener("keydown", (event) => {
  if (done(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && link.closest("table.list")) sessionStorage.setItem(ROW, link.getAttribute("href"));
  if (link && link.matches("[data-keys]") && explain()) event.preventDefault();
});

// A form may say where one goes on after it is sent: in a conversation, to the next words.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.back) sessionStorage.setItem(BACK, event.target.dataset.back);
});

function stand(element) {
  if (!element.hasAttribute("tabindex") && element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}

// What is there when a page opens is not read out: what was told is said again.
function say(element) {
  const words = element.textContent;
  element.textContent = "";
  window.setTimeout(() => {
    element.textContent = words;
  }, 100);
}

function arrive() {
  const wanted = sessionStorage.getItem(BACK);
  sessionStorage.removeItem(BACK);
  const told = document.querySelector("main [role=alert]") || document.querySelector("main .told");
  const back = wanted && document.querySelector(wanted);
  if (document.querySelector("main [autofocus]")) return;
  if (back && !back.disabled) {
    stand(back);
    if (told) say(told);
  } else if (told) {
    stand(told);
  } else {
    comeBack();
  }
}

// Back from a page to the list that it was opened from: to its row.
function comeBack() {
  const row = links().find((link) => link.getAttribute("href") === sessionStorage.getItem(ROW));
  if (!row || window.location.hash) return;
  const [visit] = performance.getEntriesByType("navigation");
  const from = document.referrer && new URL(document.referrer).pathname;
  if ((visit && visit.type === "back_forward") || from === new URL(row.href).pathname) row.focus();
}

arrive();
