// The drawer that makes the platform of the phone in hand misbehave.

import { call } from "/static/api.js";
import { Carrier } from "/static/carrier.js";
import { byId, dayTime, el } from "/static/dom.js";
import { meaning } from "/static/words.js";

const KINDS = {
  errcode: { label: "返回错误码", value: "错误码" },
  latency: { label: "变慢", value: "慢几秒", start: "6" },
  before: { label: "断开连接（没有办成）", value: "" },
  after: { label: "断开连接（其实办成了）", value: "" },
  status: { label: "返回 HTTP 错误", value: "HTTP 状态", start: "500" },
  duplicates: { label: "重复送到", value: "多送几份", start: "2" },
  overtaken: { label: "顺序颠倒，排到下一条后面", value: "" },
  lost: { label: "路上丢了，过一会儿再送", value: "", drop: "before" },
  unanswered: { label: "服务的应答丢了，再送一次", value: "", drop: "after" },
};
const FOR_PUSH = ["duplicates", "latency", "overtaken", "lost", "unanswered"];
const FOR_CALLS = ["errcode", "latency", "before", "after", "status"];
const PUSH = { path: "push", label: "居民发来的消息" };
const PLATFORMS = {
  wechat: {
    start: "45047",
    paths: [
      { path: "/cgi-bin/message/custom/send", label: "发客服消息" },
      { path: "/cgi-bin/message/template/send", label: "发模板通知" },
      { path: "*", label: "平台的所有接口" },
      PUSH,
    ],
  },
  sms: { codes: false, paths: [{ path: "/cgi-bin/sendsms", label: "发短信" }, PUSH] },
  weibo: {
    start: "20301",
    paths: [
      { path: "/2/messages/reply.json", label: "发私信" },
      { path: "/2/comments/create.json", label: "公开邀请私信" },
      { path: "/2/statuses/share.json", label: "发微博" },
      { path: "*", label: "平台的所有接口" },
      PUSH,
    ],
  },
};

export class Faults {
  constructor(networks) {
    this.networks = networks;
    this.carrier = new Carrier(networks);
    byId("open-faults").addEventListener("click", () => this.open());
    byId("fault-path").addEventListener("change", () => this.offerKinds());
    byId("fault-kind").addEventListener("change", () => this.offerValue());
    byId("fault-value").addEventListener("input", () => this.explain());
    byId("fault-form").addEventListener("submit", (event) => { event.preventDefault(); this.add(); });
    byId("fault-clear").addEventListener("click", () => this.run(() => call("DELETE", this.base)));
    for (const button of document.querySelectorAll("[data-forward]")) {
      button.addEventListener("click", () => this.moveClock(Number(button.dataset.forward)));
    }
  }

  get network() {
    return this.networks.current.network;
  }

  get base() {
    return `${this.network.base}/faults`;
  }

  get platform() {
    return PLATFORMS[this.network.id];
  }

  async open() {
    byId("fault-network").textContent = this.network.label;
    byId("fault-path").replaceChildren(...this.platform.paths.map(({ path, label }) => el("option", { value: path }, label)));
    this.offerKinds();
    this.carrier.open();
    byId("faults").showModal();
    await this.run(() => call("GET", this.base));
    this.drawClock((await call("GET", "/_ctl/status").catch(() => null)) ?? {});
  }

  offerKinds() {
    const kinds = byId("fault-path").value === "push" ? FOR_PUSH : FOR_CALLS.filter((kind) => kind !== "errcode" || this.platform.codes !== false);
    byId("fault-kind").replaceChildren(...kinds.map((kind) => el("option", { value: kind }, KINDS[kind].label)));
    this.offerValue();
  }

  offerValue() {
    const kind = KINDS[byId("fault-kind").value];
    byId("fault-value-box").hidden = !kind.value;
    byId("fault-value-name").textContent = kind.value;
    byId("fault-value").value = byId("fault-kind").value === "errcode" ? this.platform.start : kind.start ?? "";
    this.explain();
  }

  offerCodes(codes) {
    this.codes = codes ?? {};
    byId("errcodes").replaceChildren(...Object.keys(this.codes).filter((code) => code !== "0").map((code) =>
      el("option", { value: code }, this.said(code))));
    this.explain();
  }

  said(code) {
    return meaning(this.network.id, code) ?? this.codes?.[code] ?? "";
  }

  explain() {
    const said = byId("fault-kind").value === "errcode" ? this.said(byId("fault-value").value.trim()) : "";
    byId("fault-meaning").textContent = said;
    byId("fault-meaning").hidden = !said;
  }

  async add() {
    const kind = byId("fault-kind").value;
    const fault = { path: byId("fault-path").value, times: Number(byId("fault-times").value) };
    if (kind === "before" || kind === "after") fault.drop = kind;
    else if (KINDS[kind].drop) fault.drop = KINDS[kind].drop;
    else if (kind === "overtaken") fault.overtaken = true;
    else fault[kind] = Number(byId("fault-value").value);
    await this.run(() => call("POST", this.base, fault));
  }

  async run(work) {
    const said = byId("fault-said");
    try {
      const { items, codes } = await work();
      if (codes || this.network.id === "sms") this.offerCodes(codes);
      this.draw(items);
      said.hidden = true;
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
    }
  }

  draw(items) {
    const rows = items.map((fault) => el("li", {}, `${this.where(fault.path)}：${describe(fault)}，还有 ${fault.times} 次`));
    byId("fault-list").replaceChildren(...(rows.length ? rows : [el("p", { class: "note" }, "没有，一切正常。")]));
    byId("fault-clear").hidden = !rows.length;
  }

  where(path) {
    return this.platform.paths.find((each) => each.path === path)?.label ?? path;
  }

  async moveClock(seconds) {
    const body = seconds ? { forward_seconds: seconds } : { offset_seconds: 0 };
    this.drawClock(await call("POST", "/_ctl/clock", body));
  }

  drawClock({ now, offset_seconds: offset }) {
    if (!now) return;
    const ahead = offset ? `（快了 ${Math.round(offset / 360) / 10} 小时）` : "";
    byId("clock-said").textContent = `平台以为现在是 ${dayTime(now)}${ahead}`;
  }
}

function describe(fault) {
  const dropped = fault.path === "push" ? { before: "lost", after: "unanswered" }[fault.drop] : fault.drop;
  return [
    fault.errcode !== null && `返回 ${fault.errcode}`,
    fault.status && `返回 HTTP ${fault.status}`,
    fault.latency && `慢 ${fault.latency} 秒`,
    fault.duplicates && `多送 ${fault.duplicates} 份`,
    fault.overtaken && KINDS.overtaken.label,
    dropped && KINDS[dropped].label,
  ].filter(Boolean).join("，");
}
