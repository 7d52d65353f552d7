// The three kinds of phone: what each is called, where the sandbox plays it, what it can do.

import { call } from "/static/api.js";
import { byId, dayTime, el } from "/static/dom.js";

const LATER = 2000;

const NETWORKS = [
  { id: "wechat", label: "微信", base: "/_ctl", account: "公众号", placeholder: "说说您的事…", window: wechatWindow },
  { id: "sms", label: "短信", base: "/_ctl/sms", account: "", placeholder: "编辑短信…", window: (phone) => `号码 ${phone.number}，已收到 ${phone.received} 条短信` },
  { id: "weibo", label: "微博", base: "/_ctl/weibo", account: "微博", placeholder: "发私信…", window: weiboWindow },
];

// The longest of the grants counts: the others last a minute.
function wechatWindow({ quota }) {
  const [grant] = Object.values(quota ?? {}).sort((a, b) => b.until.localeCompare(a.until));
  return grant ? `还能主动发 ${grant.left} 条客服消息，到 ${dayTime(grant.until)}` : "48 小时内没有互动，只能发模板通知";
}

function weiboWindow({ quota }) {
  if (!quota.until || quota.left === 0) return "现在不能主动发私信";
  return `${quota.left === null ? "可以主动发私信" : `还能主动发 ${quota.left} 条私信`}，到 ${dayTime(quota.until)}`;
}

export class Networks {
  constructor(make) {
    this.make = make;
    this.all = [make(NETWORKS[0])];
    this.current = this.all[0];
    this.unread = new Map();
  }

  async follow() {
    this.current.show(true);
    this.current.follow();
    const played = await this.played();
    for (const network of NETWORKS.slice(1).filter(({ id }) => played.includes(id))) {
      const phones = this.make(network);
      phones.office = this.all[0].office;
      this.all.push(phones);
      phones.follow();
    }
    byId("networks").hidden = this.all.length < 2;
    this.draw();
  }

  async played() {
    for (;;) {
      try {
        return (await call("GET", "/_ctl/played")).items;
      } catch {
        await new Promise((done) => setTimeout(done, LATER));
      }
    }
  }

  choose(phones) {
    this.current.show(false);
    this.current = phones;
    this.unread.delete(phones.network.id);
    document.body.dataset.network = phones.network.id;
    this.draw();
    phones.show(true);
  }

  // Something came on a network that is not in hand.
  mark(network) {
    if (network === this.current.network) return;
    this.unread.set(network.id, (this.unread.get(network.id) ?? 0) + 1);
    this.draw();
  }

  draw() {
    const focused = document.activeElement?.dataset?.network;
    byId("networks").replaceChildren(...this.all.map((phones) => {
      const { id, label } = phones.network;
      const count = this.unread.get(id);
      const props = { type: "button", data: { network: id }, "aria-pressed": String(phones === this.current), "aria-label": count ? `${label}，${count} 条未读` : label, onclick: () => this.choose(phones) };
      return el("button", props, label, count ? el("span", { class: "unread" }, String(count)) : null);
    }));
    if (focused) byId("networks").querySelector(`[data-network="${focused}"]`)?.focus();
  }
}
