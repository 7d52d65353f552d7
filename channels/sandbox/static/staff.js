// The plain staff panel: cases, one case, its lawful next moves, what happened so far.

import { call } from "/static/api.js";
import { byId, dayTime, el } from "/static/dom.js";
import { timeline } from "/static/timeline.js";
import { STATES, stateLabel } from "/static/words.js";

const EVERY = 4000;
const GRAVE = new Set(["refused", "withdrawn"]);
const FACTS = [["type", "类型"], ["category", "类别"], ["place", "地点"], ["content", "内容"], ["since", "开始时间"]];

export class Staff {
  constructor({ onNew }) {
    this.onNew = onNew;
    this.items = null;
    this.draft = { note: "", public: true };
    this.listKey = "";
    this.detailKey = "";
  }

  async follow() {
    for (;;) {
      await this.refresh();
      await new Promise((done) => setTimeout(done, EVERY));
    }
  }

  async refresh() {
    try {
      const page = await call("GET", "/_staff/cases?limit=50");
      this.takeList(page.items ?? []);
      this.note(this.items.length ? "" : "还没有诉求。居民提交后会出现在这里。");
      this.drawList();
      if (this.number) await this.load();
      else this.drawBlank();
    } catch (error) {
      this.note(error.message);
      if (!this.number) this.drawBlank();
    }
  }

  takeList(items) {
    const known = new Set(this.items?.map((item) => item.number));
    if (this.items && items.some((item) => !known.has(item.number))) this.onNew();
    this.items = items;
  }

  note(words) {
    byId("cases-note").textContent = words;
    byId("cases-note").hidden = !words;
  }

  drawList() {
    const key = JSON.stringify([this.number, this.items.map((item) => [item.number, item.state, item.title, item.updated_at])]);
    if (key === this.listKey) return;
    this.listKey = key;
    const focused = document.activeElement?.dataset?.number;
    byId("cases").replaceChildren(...this.items.map((item) => el("li", {}, this.row(item))));
    if (focused) byId("cases").querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus();
  }

  row(item) {
    const props = { type: "button", data: { number: item.number }, "aria-current": item.number === this.number ? "true" : null, onclick: () => this.choose(item.number) };
    return el("button", props,
      el("span", { class: "top-line" }, el("span", { class: "number" }, item.number), badge(item)),
      el("span", { class: "title" }, item.title || "（没有标题）"),
      el("time", {}, dayTime(item.created_at)));
  }

  async choose(number) {
    this.number = number;
    this.draft = { note: "", public: true };
    this.said = null;
    this.lawful = null;
    this.detailKey = "";
    document.querySelector(".staff").dataset.view = "detail";
    this.drawList();
    await this.load();
    byId("detail").focus();
  }

  back() {
    const left = this.number;
    this.number = null;
    document.querySelector(".staff").dataset.view = "list";
    this.detailKey = "";
    this.drawList();
    this.drawBlank();
    byId("cases").querySelector(`[data-number="${CSS.escape(left)}"]`)?.focus();
  }

  drawBlank() {
    const some = Boolean(this.items?.length);
    const key = `blank-${some}`;
    if (this.detailKey === key) return;
    this.detailKey = key;
    const words = some ? ["请选一件诉求", "点开左边一件，就能看到办理经过并办理。"] : ["还没有诉求", "先在手机上说一件事，按提示确认提交。"];
    byId("detail").replaceChildren(el("div", { class: "blank" }, el("b", {}, words[0]), words[1]));
  }

  async load() {
    const number = this.number;
    const path = `/_staff/cases/${encodeURIComponent(number)}`;
    try {
      const [one, history] = await Promise.all([call("GET", path), call("GET", `${path}/timeline`)]);
      if (number === this.number) this.drawDetail(one, history.items ?? []);
    } catch (error) {
      if (number === this.number) this.tell(error.message, false);
    }
  }

  drawDetail(one, entries) {
    const key = JSON.stringify([one, entries, this.said, this.lawful, this.busy]);
    // a note half written by pinyin is not to be torn away
    if (key === this.detailKey || this.composing) return;
    this.detailKey = key;
    const typing = document.activeElement?.id === "note";
    const facts = FACTS.map(([name, label]) => [label, inWords(one[name])]).filter(([, said]) => said).flatMap(([label, said]) => [el("dt", {}, label), el("dd", {}, said)]);
    byId("detail").replaceChildren(
      el("button", { type: "button", class: "to-list", onclick: () => this.back() }, "‹ 返回列表"),
      el("div", { class: "detail-head" }, el("div", {}, el("h3", {}, one.title || "（没有标题）"), el("span", { class: "number" }, one.number)), badge(one)),
      el("dl", { class: "facts" }, facts),
      this.moveBox(one),
      el("h4", {}, "办理经过"),
      timeline(entries));
    if (typing) this.focusNote();
  }

  focusNote() {
    const note = byId("note");
    note?.focus();
    note?.setSelectionRange(note.value.length, note.value.length);
  }

  moveBox(one) {
    const moves = this.movesOf(one);
    const said = this.said ? el("p", { class: this.said.good ? "said good" : "said oops", role: "status", tabindex: "-1" }, this.said.words) : null;
    if (!moves.length) return el("div", { class: "move" }, el("p", { class: "note" }, "这件诉求没有下一步可办了。"), said);
    const note = el("textarea", { id: "note", "aria-label": "办理说明", placeholder: "办理说明，例如：已转区城管局，预计 3 个工作日内修复", maxlength: "1000", oncompositionstart: () => { this.composing = true; }, oncompositionend: () => { this.composing = false; }, oninput: (event) => { this.draft.note = event.target.value; } });
    note.value = this.draft.note;
    const open = el("input", { type: "checkbox", checked: this.draft.public, onchange: (event) => { this.draft.public = event.target.checked; } });
    const buttons = moves.map((move, index) => {
      const look = GRAVE.has(move.to) ? "grave" : index === 0 ? "first" : "";
      return el("button", { type: "button", class: look, disabled: this.busy, data: { to: move.to }, onclick: () => this.move(one, move) }, move.label);
    });
    return el("div", { class: "move" }, el("h4", {}, "办理这件诉求"), note,
      el("div", { class: "how" }, el("p", { class: "note" }, "把状态改为："), el("label", { class: "check" }, open, "告知来信人")),
      el("div", { class: "moves" }, buttons), said);
  }

  // The API names the lawful moves; where it does not, every state is offered until a refusal names them.
  movesOf(one) {
    const named = this.lawful ?? one.moves;
    if (named) return named.map((move) => typeof move === "string" ? { to: move, label: stateLabel(move) } : { to: move.to, label: move.label ?? stateLabel(move.to) });
    return Object.keys(STATES).filter((state) => state !== one.state).map((state) => ({ to: state, label: STATES[state] }));
  }

  async move(one, move) {
    if (this.busy) return;
    this.busy = true;
    const sent = { to: move.to, note: this.draft.note.trim(), public: this.draft.public };
    try {
      await call("POST", `/_staff/cases/${encodeURIComponent(one.number)}/transitions`, sent, { "Idempotency-Key": crypto.randomUUID() });
      this.draft.note = "";
      this.lawful = null;
      this.said = { good: true, words: `已改为“${move.label}”${sent.public ? "，正在告知来信人" : "（只在内部记录）"}` };
    } catch (error) {
      this.lawful = error.status === 409 && Array.isArray(error.data.lawful) ? error.data.lawful : null;
      this.said = { good: false, words: error.message };
    }
    this.busy = false;
    this.detailKey = "";
    await this.refresh();
    document.querySelector(".said")?.focus();
  }

  tell(words, good) {
    this.said = { words, good };
    byId("detail").replaceChildren(el("button", { type: "button", class: "to-list", onclick: () => this.back() }, "‹ 返回列表"), el("p", { class: "oops", role: "alert" }, words));
    this.detailKey = "";
  }
}

// A place is an object in the API; the other facts are words.
const inWords = (fact) => String((typeof fact === "object" && fact !== null ? fact.text || fact.district : fact) ?? "");

const badge = (item) => el("span", { class: "state", data: { state: item.state } }, item.state_label ?? stateLabel(item.state));
