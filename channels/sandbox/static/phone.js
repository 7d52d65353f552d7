// The phones: follows the feed, keeps what each shows, draws the one in hand.

import { call } from "/static/api.js";
import { draw, face, timeMark } from "/static/bubbles.js";
import { byId, clockTime, el } from "/static/dom.js";
import { hint } from "/static/hint.js";

const WAIT = 25;
const RETRY = 1500;
const PAUSE_BETWEEN_MARKS = 5 * 60 * 1000;
const TYPING_SHOWN = 15_000;

export class Phones {
  constructor(network, { tap, onOffice, onChange, onState }) {
    this.network = network;
    this.shown = false;
    this.onState = onState;
    this.tap = tap;
    this.onOffice = onOffice;
    this.onChange = onChange;
    this.items = new Map();
    this.residents = [];
    this.unread = new Map();
    this.rev = 0;
    this.epoch = null;
    this.office = "信访局";
    this.first = true;
  }

  get current() {
    return this.residents.find((resident) => resident.id === this.chosen) ?? this.residents[0];
  }

  async follow() {
    for (;;) {
      try {
        this.take(await call("GET", `${this.network.base}/feed?after=${this.rev}&wait=${this.first ? 0 : WAIT}`));
        this.onChange("");
      } catch (error) {
        this.onChange(error.message);
        await new Promise((done) => setTimeout(done, RETRY));
      }
    }
  }

  take(feed) {
    const restarted = this.epoch !== null && (feed.epoch !== this.epoch || feed.rev < this.rev);
    this.epoch = feed.epoch;
    if (restarted) return this.forget();
    this.rev = feed.rev;
    this.residents = feed.phones;
    for (const item of feed.items) this.keep(item);
    this.first = false;
    this.drawResidents();
    this.drawChat();
  }

  forget() {
    this.items.clear();
    this.unread.clear();
    this.rev = 0;
    this.first = true;
  }

  keep(item) {
    const isNew = !this.items.has(item.seq);
    item.base = this.network.base;
    this.items.set(item.seq, item);
    if (!isNew || this.first || item.author === "resident") return;
    if (item.phone !== this.current?.id) this.unread.set(item.phone, (this.unread.get(item.phone) ?? 0) + 1);
    if (item.author === "office") this.onOffice(this.network);
  }

  show(shown) {
    this.shown = shown;
    if (!shown) return;
    this.drawResidents();
    this.drawChat(true);
  }

  choose(id) {
    this.chosen = id;
    this.unread.delete(id);
    this.drawResidents();
    this.drawChat(true);
  }

  drawResidents() {
    const shown = this.current;
    if (!this.shown || !shown) return;
    byId("residents").replaceChildren(...this.residents.slice(0, 6).map((resident) => {
      const count = this.unread.get(resident.id);
      const label = `${resident.name}${count ? `，${count} 条未读` : ""}`;
      const props = { type: "button", "aria-pressed": String(resident.id === shown.id), "aria-label": label, onclick: () => this.choose(resident.id) };
      return el("button", props, face(resident), resident.name, count ? el("span", { class: "unread" }, String(count)) : null);
    }));
  }

  drawChat(jump = false) {
    const resident = this.current;
    if (!resident || !this.shown) return;
    const chat = byId("chat");
    const atEnd = jump || chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
    const mine = [...this.items.values()].filter((item) => item.phone === resident.id).sort((a, b) => a.seq - b.seq);
    this.update(chat, mine, resident);
    this.drawState(resident);
    if (atEnd) chat.scrollTop = chat.scrollHeight;
  }

  // Only what changed is drawn again, so that screen readers and the scroll position are left in peace.
  update(chat, mine, resident) {
    const wanted = [];
    const tip = hint(mine.length === 0, (words) => this.tap(words, ""), () => this.drawChat());
    if (tip) wanted.push({ key: `hint-${this.network.id}-${tip.dataset.form}`, make: () => tip });
    let last = 0;
    for (const item of mine) {
      const at = Date.parse(item.at);
      if (at - last > PAUSE_BETWEEN_MARKS) wanted.push({ key: `time-${item.phone}-${item.seq}`, make: () => timeMark(item.at) });
      last = at;
      wanted.push({ key: `${resident.id}-${item.seq}-${item.rev}`, make: () => draw(item, resident, this.tap) });
    }
    const present = new Map([...chat.children].map((node) => [node.dataset.key, node]));
    const nodes = wanted.map(({ key, make }) => present.get(key) ?? make());
    nodes.forEach((node, index) => {
      node.dataset.key = wanted[index].key;
      if (chat.children[index] !== node) chat.insertBefore(node, chat.children[index] ?? null);
    });
    while (chat.children.length > nodes.length) chat.lastChild.remove();
    for (const image of chat.querySelectorAll("img:not([data-seen])")) {
      image.dataset.seen = "1";
      image.addEventListener("load", () => { chat.scrollTop = chat.scrollHeight; }, { once: true });
    }
  }

  drawState(resident) {
    byId("join").hidden = resident.followed;
    byId("composer").hidden = !resident.followed;
    if (!resident.followed) byId("tools").hidden = true;
    byId("toggle-follow").textContent = resident.followed ? "取消关注" : `关注${this.network.account}`;
    byId("chat-title").textContent = resident.typing ? "对方正在输入…" : this.office;
    byId("window").textContent = this.network.window(resident);
    byId("window").hidden = false;
    byId("join-words").textContent = `还没有关注这个${this.network.account}，收不到它的消息`;
    byId("follow").textContent = `关注${this.network.account}`;
    this.onState(resident);
    byId("clock").textContent = clockTime(Date.now());
    clearTimeout(this.typingTimer);
    if (resident.typing) this.typingTimer = setTimeout(() => { if (this.shown) byId("chat-title").textContent = this.office; }, TYPING_SHOWN);
  }
}
