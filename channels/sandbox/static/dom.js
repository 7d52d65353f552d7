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

const two = (number) => String(number).padStart(2, "0");

export function clockTime(at) {
  const date = new Date(at);
  return `${date.getHours()}:${two(date.getMinutes())}`;
}

export function dayTime(at) {
  if (!at) return "";
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const today = new Date().toDateString() === date.toDateString();
  return `${today ? "今天" : `${date.getMonth() + 1}月${date.getDate()}日`} ${clockTime(at)}`;
}
