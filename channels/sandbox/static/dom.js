// Builds DOM nodes. Content only ever becomes text nodes or attributes, never markup.

export const byId = (id) => document.getElementById(id);

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// The office's clock, wherever the browser thinks it is.
const parts = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
  hour: "2-digit", minute: "2-digit",
});

const local = (date) => Object.fromEntries(parts.formatToParts(date).map(({ type, value }) => [type, value]));

export function clockTime(at) {
  const { hour, minute } = local(new Date(at));
  return `${hour}:${minute}`;
}

const day = ({ year, month, day: date }) => `${year}-${month}-${date}`;

export function dayTime(at) {
  if (!at) return "";
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const then = local(date);
  const today = day(local(new Date())) === day(then);
  return `${today ? "今天" : `${then.month}月${then.day}日`} ${clockTime(at)}`;
}
