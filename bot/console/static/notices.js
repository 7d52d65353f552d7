// A notice under way tells how far it is every second; without script the page loads itself anew.
"use strict";

const card = document.querySelector("[data-progress]");

async function look() {
  let again = 1000;
  try {
    const answer = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    if (told.state !== card.dataset.state) return window.location.reload();
    for (const place of card.querySelectorAll("[data-shown]")) place.textContent = told[place.dataset.shown];
    card.querySelector("progress").value = told.percent;
  } catch {
    again = 5000;
  }
  window.setTimeout(look, again);
}

if (card) {
  window.setTimeout(look, 1000);
} else {
  // Set for a time: it begins by itself.
  window.setTimeout(() => window.location.reload(), 15000);
}
