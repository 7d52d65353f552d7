// The drawer that makes the platform misbehave.

import { call } from "/static/api.js";
import { byId, dayTime, el } from "/static/dom.js";

const KINDS = {
  errcode: { label: "返回错误码", value: "错误码", start: "45047" },
  latency: { label: "变慢", value: "慢几秒", start: "6" },
  before: { label: "断开连接（没有办成）", value: "" },
  after: { label: "断开连接（其实办成了）", value: "" },
  status: { label: "返回 HTTP 错误", value: "HTTP 状态", start: "500" },
  duplicates: { label: "重复推送", value: "多推几份", start: "2" },
};
const FOR_PUSH = ["duplicates", "latency"];
const FOR_CALLS = ["errcode", "latency", "before", "after", "status"];

export class Faults {
  constructor(onClock) {
    this.onClock = onClock;
    byId("open-faults").addEventListener("click", () => this.open());
    byId("fault-path").addEventListener("change", () => this.offerKinds());
    byId("fault-kind").addEventListener("change", () => this.offerValue());
    byId("fault-form").addEventListener("submit", (event) => { event.preventDefault(); this.add(); });
    byId("fault-clear").addEventListener("click", () => this.run(() => call("DELETE", "/_ctl/faults")));
    for (const button of document.querySelectorAll("[data-forward]")) {
      button.addEventListener("click", () => this.moveClock(Number(button.dataset.forward)));
    }
    this.offerKinds();
  }

  async open() {
    byId("faults").showModal();
    await this.run(() => call("GET", "/_ctl/faults"));
    this.drawClock((await call("GET", "/_ctl/status").catch(() => null)) ?? {});
  }

  offerKinds() {
    const kinds = byId("fault-path").value === "push" ? FOR_PUSH : FOR_CALLS;
    byId("fault-kind").replaceChildren(...kinds.map((kind) => el("option", { value: kind }, KINDS[kind].label)));
    this.offerValue();
  }

  offerValue() {
    const kind = KINDS[byId("fault-kind").value];
    byId("fault-value-box").hidden = !kind.value;
    byId("fault-value-name").textContent = kind.value;
    byId("fault-value").value = kind.start ?? "";
  }

  async add() {
    const kind = byId("fault-kind").value;
    const fault = { path: byId("fault-path").value, times: Number(byId("fault-times").value) };
    if (kind === "before" || kind === "after") fault.drop = kind;
    else fault[kind] = Number(byId("fault-value").value);
    await this.run(() => call("POST", "/_ctl/faults", fault));
  }

  async run(work) {
    const said = byId("fault-said");
    try {
      this.draw((await work()).items);
      said.hidden = true;
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
  }

  draw(items) {
    const rows = items.map((fault) => el("li", {}, `${where(fault.path)}：${describe(fault)}，还有 ${fault.times} 次`));
    byId("fault-list").replaceChildren(...(rows.length ? rows : [el("p", { class: "note" }, "没有，一切正常。")]));
    byId("fault-clear").hidden = !rows.length;
  }

  async moveClock(seconds) {
    const body = seconds ? { forward_seconds: seconds } : { offset_seconds: 0 };
    this.drawClock(await call("POST", "/_ctl/clock", body));
    this.onClock();
  }

  drawClock({ now, offset_seconds: offset }) {
    if (!now) return;
    byId("clock-said").textContent = `平台以为现在是 ${dayTime(now)}${offset ? `（快了 ${Math.round(offset / 360) / 10} 小时）` : ""}`;
  }
}

const where = (path) => [...byId("fault-path").options].find((option) => option.value === path)?.textContent ?? path;

function describe(fault) {
  return [
    fault.errcode !== null && `返回 ${fault.errcode}`,
    fault.status && `返回 HTTP ${fault.status}`,
    fault.latency && `慢 ${fault.latency} 秒`,
    fault.duplicates && `多推 ${fault.duplicates} 份`,
    fault.drop && KINDS[fault.drop].label,
  ].filter(Boolean).join("，");
}
