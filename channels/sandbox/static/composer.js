// What a resident can do: words, picture, place, voice, follow.

import { call } from "/static/api.js";
import { byId, el } from "/static/dom.js";
import { cost, costWords } from "/static/segments.js";

const PLACES = [
  { label: "奎文区东风东街与文化路路口", latitude: 36.7069, longitude: 119.1619 },
  { label: "奎文区世纪泰华广场", latitude: 36.7104, longitude: 119.1196 },
  { label: "潍城区人民公园东门", latitude: 36.7088, longitude: 119.0955 },
  { label: "寒亭区通亭街农贸市场", latitude: 36.7715, longitude: 119.2078 },
];
const CODES = [
  { place: "阳光花园小区", district: "奎文区" },
  { place: "政务服务大厅", district: "奎文区" },
  { place: "通亭街农贸市场", district: "寒亭区" },
];
const LONGEST_SCENE = 64;
const MOST_HEIGHT = 118;
const OOPS_SHOWN = 8000;
const MOST_IN_PUBLIC = 140;

export class Composer {
  constructor(networks) {
    this.networks = networks;
    this.inPublic = false;
    this.words = byId("words");
    this.words.addEventListener("input", () => this.grow());
    this.words.addEventListener("keydown", (event) => this.key(event));
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.sendWords(); });
    byId("where").addEventListener("click", (event) => this.choosePublic(event.target.closest("button")));
    byId("plus").addEventListener("click", () => this.showTools(byId("tools").hidden));
    byId("tools").addEventListener("click", (event) => this.tool(event.target.closest("[data-tool]")?.dataset.tool));
    byId("file").addEventListener("change", (event) => this.sendPicture(event.target));
    byId("follow").addEventListener("click", () => this.act("follow", {}));
    byId("more").addEventListener("click", () => this.showMore(byId("more-menu").hidden));
    byId("toggle-follow").addEventListener("click", () => this.toggleFollow());
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.showMore(false); });
    document.addEventListener("click", (event) => { if (!event.target.closest(".head")) this.showMore(false); });
    this.preparePlaces();
    this.prepareCodes();
  }

  get phones() {
    return this.networks.current;
  }

  // What the phone in hand has: a counter, a choice between private and public, pictures and places.
  fit(resident) {
    const { id, placeholder } = this.phones.network;
    byId("where").hidden = id !== "weibo" || !resident.followed;
    byId("where").lastElementChild.textContent = `公开 @${this.phones.office}`;
    const mention = this.mentions();
    for (const button of byId("where").children) button.setAttribute("aria-pressed", String(Boolean(button.dataset.public) === this.inPublic));
    this.words.placeholder = mention ? "写一条公开的微博…" : placeholder;
    byId("plus").hidden = id === "sms" || mention;
    if (byId("plus").hidden) byId("tools").hidden = true;
    document.querySelector('[data-tool="scan"]').hidden = id !== "wechat";
    this.count();
  }

  mentions() {
    return this.inPublic && this.phones.network.id === "weibo";
  }

  // The post names the account, or nobody would be told of it.
  posted(words) {
    return words.includes(`@${this.phones.office}`) ? words : `@${this.phones.office} ${words}`;
  }

  count() {
    const counter = byId("counter");
    const sms = this.phones.network.id === "sms";
    counter.hidden = !sms && !this.mentions();
    if (counter.hidden) return;
    const length = this.posted(this.words.value).length;
    counter.textContent = sms ? costWords(cost(this.words.value)) : `${length}/${MOST_IN_PUBLIC} 字，人人可见`;
    counter.dataset.over = String(!sms && length > MOST_IN_PUBLIC);
  }

  async act(deed, body) {
    const phone = this.phones.current;
    if (!phone) return false;
    try {
      await call("POST", `${this.phones.network.base}/phones/${phone.id}/${deed}`, body);
      this.say("");
      return true;
    } catch (error) {
      this.say(error.message);
      return false;
    }
  }

  say(words) {
    const oops = byId("oops");
    oops.textContent = words;
    oops.hidden = !words;
    clearTimeout(this.timer);
    if (words) this.timer = setTimeout(() => this.say(""), OOPS_SHOWN);
  }

  // Sends a text, or what a tapped choice stands for.
  async tap(words, menuId) {
    if (this.mentions()) return this.act("post", { text: this.posted(words) });
    return this.act("text", { text: words, menu_id: menuId });
  }

  async sendWords() {
    const words = this.words.value;
    if (!words.trim()) return this.words.focus();
    this.words.value = "";
    this.grow();
    if (!(await this.tap(words, "")) && !this.words.value) this.words.value = words;
    this.grow();
    this.words.focus();
  }

  key(event) {
    // during input by pinyin the enter key takes a candidate, it does not send
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.sendWords();
  }

  grow() {
    this.count();
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight + 2, MOST_HEIGHT)}px`;
  }

  showTools(show) {
    byId("tools").hidden = !show;
    byId("plus").setAttribute("aria-expanded", String(show));
    const chat = byId("chat");
    chat.scrollTop = chat.scrollHeight;
  }

  showMore(show) {
    byId("more-menu").hidden = !show;
    byId("more").setAttribute("aria-expanded", String(show));
    if (show) byId("toggle-follow").focus();
  }

  async toggleFollow() {
    this.showMore(false);
    await this.act(this.phones.current?.followed ? "unfollow" : "follow", {});
  }

  choosePublic(button) {
    if (!button) return;
    this.inPublic = Boolean(button.dataset.public);
    this.fit(this.phones.current);
    this.words.focus();
  }

  async tool(name) {
    if (!name) return;
    if (name === "picture") return byId("file").click();
    if (name === "location") return byId("places").showModal();
    if (name === "scan") return byId("codes").showModal();
    this.showTools(false);
    await this.act(name, {});
  }

  async sendPicture(input) {
    const [file] = input.files;
    input.value = "";
    if (file && (await this.act("picture", file))) this.showTools(false);
  }

  preparePlaces() {
    byId("place-list").replaceChildren(...PLACES.map((place) =>
      el("button", { type: "button", onclick: () => this.sendPlace(place) }, place.label,
        el("small", {}, `${place.latitude}, ${place.longitude}`))));
    byId("place-send").addEventListener("click", () => this.sendPlace({
      label: byId("place-label").value.trim(),
      latitude: byId("place-lat").value,
      longitude: byId("place-lon").value,
    }));
  }

  async sendPlace(place) {
    byId("places").close();
    if (await this.act("location", place)) this.showTools(false);
  }

  prepareCodes() {
    byId("code-list").replaceChildren(...CODES.map((code) =>
      el("button", { type: "button", onclick: () => this.scan(code) }, code.place, el("small", {}, code.district))));
    byId("code-send").addEventListener("click", () => this.scan({
      place: byId("code-place").value.trim(),
      district: byId("code-district").value.trim(),
    }));
  }

  // The scene of a code that "petition-bot wechat qr" makes.
  async scan({ place, district }) {
    const scene = `at:${district}@${place}`;
    const wrong = !place ? "先填贴在哪里" : `${place}${district}`.includes("@") ? "地点里不能有 @" : scene.length > LONGEST_SCENE ? "地点太长了" : "";
    byId("code-said").textContent = wrong;
    byId("code-said").hidden = !wrong;
    if (wrong) return;
    byId("codes").close();
    if (await this.act("scan", { scene })) this.showTools(false);
  }
}
