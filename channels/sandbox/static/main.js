// Starts the page.

import { call } from "/static/api.js";
import { Composer } from "/static/composer.js";
import { byId } from "/static/dom.js";
import { Faults } from "/static/faults.js";
import { Networks } from "/static/networks.js";
import { Phones } from "/static/phone.js";
import { Staff } from "/static/staff.js";

const SOON = 1500;
const LATER = 4000;
const SAYS = { ready: "服务已就绪", waiting: "正在等待服务启动…" };

const staff = new Staff({ onNew: () => mark("staff") });
const networks = new Networks((network) => new Phones(network, {
  tap: (words, menuId) => composer.tap(words, menuId),
  onOffice: (from) => { mark("phone"); networks.mark(from); staff.refresh(); },
  onChange: (problem) => { if (problem) showStatus("waiting", problem); },
  onState: (resident) => composer.fit(resident),
}));
const composer = new Composer(networks);
new Faults(networks);

function showStatus(state, words) {
  byId("status").dataset.state = state;
  byId("status").lastElementChild.textContent = words;
}

async function watchStatus() {
  for (;;) {
    let pause = SOON;
    try {
      const status = await call("GET", "/_ctl/status");
      for (const phones of networks.all) phones.office = status.office;
      byId("office").textContent = status.office;
      document.title = `${status.office} · 本地试用`;
      showStatus(status.bot, status.detail || SAYS[status.bot]);
      if (status.bot === "ready") pause = LATER;
      networks.current.drawChat();
    } catch (error) {
      showStatus("waiting", error.message);
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

// On narrow screens one of the two is seen; the other's tab is marked when something new is there.
function mark(tab) {
  const button = document.querySelector(`.tabs [data-tab="${tab}"]`);
  if (document.body.dataset.tab === tab) return;
  const dot = button.querySelector(".dot");
  dot.textContent = String(Number(dot.textContent || 0) + 1);
  dot.hidden = false;
}

for (const button of document.querySelectorAll(".tabs button")) {
  button.addEventListener("click", () => {
    document.body.dataset.tab = button.dataset.tab;
    button.querySelector(".dot").hidden = true;
    button.querySelector(".dot").textContent = "";
    for (const other of document.querySelectorAll(".tabs button")) other.setAttribute("aria-pressed", String(other === button));
    networks.current.drawChat(true);
  });
}

watchStatus();
networks.follow();
staff.follow();
