// Draws what a phone shows.

import { clockTime, dayTime, el } from "/static/dom.js";
import { costWords } from "/static/segments.js";

const KINDS = { passive: "被动回复", customer_service: "客服消息", template: "模板通知", subscribe: "订阅通知", mass: "群发消息", public: "公开" };
const FATES = { sending: "发送中", failed: "对方未能接收" };
const LINK = /<a\s([^<>]*)>([^<>]*)<\/a>|https?:\/\/[^\s<>"'，。；、）》】]+/gi;
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const JOINED = /\d+\u00a0$/;
const MENU = "weixin://bizmsgmenu?";

// A text as WeChat shows it: two kinds of link work, any other markup is plain text.
export function richText(text, tap) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const node = match[1] === undefined ? webLink(match[0], match[0]) : anchor(match[1], match[2], tap);
    if (!node) continue;
    const before = text.slice(end, match.index);
    const [joined] = JOINED.exec(before) ?? [""];
    // a button would be parted even from a no-break space
    nodes.push(before.slice(0, before.length - joined.length), joined ? el("span", { class: "unparted" }, joined, node) : node);
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function anchor(attributes, label, tap) {
  const found = HREF.exec(attributes);
  const href = (found?.[1] ?? found?.[2] ?? "").replaceAll("&amp;", "&");
  if (href.startsWith(MENU)) return menuLink(href, label, tap);
  return /^https?:\/\//i.test(href) ? webLink(href, label) : null;
}

function menuLink(href, label, tap) {
  const query = new URLSearchParams(href.slice(MENU.length));
  const words = query.get("msgmenucontent") || label;
  const onclick = () => tap(words, query.get("msgmenuid") || "");
  return el("button", { type: "button", class: "tap", onclick }, label);
}

const webLink = (href, label) => el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);

const bubble = (...children) => el("div", { class: "bubble" }, ...children);

const picture = (item) => el("img", { class: "shot", src: mediaUrl(item), alt: "图片" });

const mediaUrl = (item) => `${item.base ?? "/_ctl"}/media/${encodeURIComponent(item.data.media_id)}`;

function location(item) {
  const { latitude, longitude } = item.data;
  const where = `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`;
  return el("div", { class: "spot" }, el("b", {}, item.text || "我的位置"), el("small", {}, where), el("div", { class: "map", "aria-hidden": "true" }));
}

function card(item) {
  const rows = (item.data.rows ?? []).flatMap((row) => [el("dt", {}, row.label), el("dd", {}, row.value)]);
  const url = item.data.url ?? "";
  const link = /^https?:\/\//i.test(url) ? webLink(url, "查看详情") : null;
  return el("div", { class: "card" }, el("h3", {}, item.text), el("dl", {}, rows), link);
}

function menu(item, tap) {
  const choices = (item.data.choices ?? []).flatMap((choice) => [
    "\n",
    el("button", { type: "button", class: "tap", onclick: () => tap(choice.content, choice.id) }, choice.content),
  ]);
  return bubble(item.text, choices, item.data.tail ? `\n${item.data.tail}` : "");
}

function articles(item) {
  const blocks = item.data.articles.map((article) => {
    const link = /^https?:\/\//i.test(article.url) ? webLink(article.url, "查看全文") : null;
    return el("div", { class: "card" }, el("h3", {}, article.title), el("p", {}, article.description), link);
  });
  return el("div", {}, blocks);
}

const DRAWN = {
  text: (item, tap) => bubble(item.author === "office" ? richText(item.text, tap) : item.text),
  image: picture,
  voice: (item) => el("div", { class: "bubble voice-bubble", role: "img", "aria-label": "语音" }, `${item.data.seconds ?? ""}″`),
  location,
  card,
  menu,
  article: articles,
};

function line(item) {
  const why = item.data.why ? el("small", {}, `（${item.data.why}）`) : null;
  return el("div", { class: why ? "line bad" : "line" }, el("span", {}, item.text, why));
}

export function face(resident) {
  const hue = [...resident.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4;
  return el("span", { class: "face", "aria-hidden": "true", data: { hue } }, resident.name.slice(0, 1));
}

const officeFace = () => el("span", { class: "face office", "aria-hidden": "true" }, "信");

// One thing on the screen. `tap(words, menuId)` sends what an offered choice stands for.
export function draw(item, resident, tap) {
  if (item.author === "system") return line(item);
  const own = item.author === "resident";
  const body = (DRAWN[item.type] ?? DRAWN.text)(item, tap);
  const label = KINDS[item.kind] ? el("span", { class: `kind kind-${item.kind}` }, KINDS[item.kind]) : null;
  const fate = own && FATES[item.progress] ? el("span", { class: `fate ${item.progress}` }, FATES[item.progress]) : null;
  const cost = item.data?.segments ? el("span", { class: "cost" }, costWords(item.data)) : null;
  const name = { "aria-label": `${own ? resident.name : "信访局"}，${clockTime(item.at)}` };
  const wide = item.type === "card" || item.type === "article" ? " wide" : "";
  return el("div", { class: `row${own ? " own" : ""}${wide}`, role: "group", ...name, data: { kind: item.kind } },
    own ? face(resident) : officeFace(), el("div", { class: "stack" }, label, body, cost, fate));
}

export const timeMark = (at) => el("div", { class: "time" }, dayTime(at));
