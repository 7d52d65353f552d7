// What only one platform has: the carrier and its reports behind texts, the authorisation of Weibo.

import { call } from "/static/api.js";
import { byId } from "/static/dom.js";

export class Carrier {
  constructor(networks) {
    this.networks = networks;
    byId("receipt-form").addEventListener("submit", (event) => { event.preventDefault(); this.arrange(); });
    byId("carrier-down").addEventListener("click", () => this.turn("carrier", { down: byId("carrier-down").getAttribute("aria-pressed") !== "true" }));
    byId("phone-off").addEventListener("click", () => this.turnPhone());
    for (const button of document.querySelectorAll("[data-release]")) {
      button.addEventListener("click", () => this.release(Boolean(button.dataset.release)));
    }
    for (const button of document.querySelectorAll("[data-token]")) {
      button.addEventListener("click", () => this.authorise(button.dataset.token));
    }
  }

  open() {
    const { id } = this.networks.current.network;
    byId("carrier").hidden = id !== "sms";
    byId("weibo-token").hidden = id !== "weibo";
    byId("token-said").textContent = "";
    if (id === "sms") this.draw();
  }

  async draw(words = "") {
    const status = await call("GET", "/_ctl/sms/status");
    const { hold, before_answer: before, seconds } = status.receipts;
    byId("receipt-way").value = hold ? "hold" : before ? "before" : "";
    byId("receipt-late").value = String(seconds);
    byId("receipt-said").textContent = words || `压着 ${status.held_receipts} 份回执，${status.kept} 条短信等着运营商恢复`;
    byId("carrier-down").setAttribute("aria-pressed", String(status.carrier === "down"));
    byId("carrier-down").textContent = status.carrier === "down" ? "恢复运营商" : "运营商中断";
    const off = Boolean(this.networks.current.current?.blocks);
    byId("phone-off").setAttribute("aria-pressed", String(off));
    byId("phone-off").textContent = off ? "这部手机开机" : "这部手机关机";
  }

  async turn(deed, body) {
    try {
      await call("POST", `/_ctl/sms/${deed}`, body);
      await this.draw();
    } catch (error) {
      byId("receipt-said").textContent = error.message;
    }
  }

  async arrange() {
    const way = byId("receipt-way").value;
    await this.turn("receipts", { hold: way === "hold", before_answer: way === "before", seconds: Number(byId("receipt-late").value) });
  }

  async release(backward) {
    const { released } = await call("POST", "/_ctl/sms/receipts/release", { backward });
    await this.draw(released ? `放行了 ${released} 份回执${backward ? "，后来的先到" : ""}` : "没有压着的回执");
  }

  async turnPhone() {
    const phone = this.networks.current.current;
    if (!phone) return;
    phone.blocks = !phone.blocks;
    await this.turn(`phones/${phone.id}/block`, { blocks: phone.blocks });
  }

  async authorise(state) {
    await call("POST", "/_ctl/weibo/token", { state });
    byId("token-said").textContent = state === "expired" ? "授权已过期：什么也发不出去" : "授权有效，还有一年";
  }
}
