// The first-visit hint: three lines and a petition to try.

import { el } from "/static/dom.js";

const SEEN = "sandbox-hint-seen";
export const EXAMPLE = "我叫王秀兰，手机13800138000，奎文区东风东街某小区路灯坏了一个多月，晚上太黑";

function seen() {
  try {
    return localStorage.getItem(SEEN) === "1";
  } catch {
    return false;
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, "1");
  } catch {
    // private windows keep nothing; the hint just comes again
  }
}

const example = (send) => el("button", { type: "button", class: "example", onclick: () => send(EXAMPLE) },
  el("b", {}, "点这里，发一条试试"), EXAMPLE);

// `fresh`: nothing was said on this phone yet.
export function hint(fresh, send, redraw) {
  if (!fresh) return null;
  if (seen()) return el("div", { class: "empty", data: { form: "short" } }, example(send));
  const close = () => { remember(); redraw(); };
  const tried = (words) => { remember(); send(words); };
  const steps = [
    "这是一部居民的手机，像用微信一样说事就行。",
    "工作人员一栏能看到收下的诉求，可改变办理状态。",
    "每一步进展，手机上马上收到通知。",
  ];
  return el("div", { class: "hint", data: { form: "full" } },
    el("h3", {}, "第一次来？三句话说明白"),
    el("button", { type: "button", class: "close", "aria-label": "不再显示说明", onclick: close }, "×"),
    el("ol", {}, steps.map((step) => el("li", {}, step))),
    example(tried));
}
