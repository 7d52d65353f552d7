// What happened to a case, newest first, and what its filer was told.

import { dayTime, el } from "/static/dom.js";
import { ACTORS, DELIVERIES, ENTRIES, VIAS, stateLabel } from "/static/words.js";

const what = (entry) => entry.to && entry.from && entry.to !== entry.from
  ? `${stateLabel(entry.from)} → ${stateLabel(entry.to)}`
  : ENTRIES[entry.kind] ?? (entry.to ? stateLabel(entry.to) : "记录");

function who(entry) {
  const kind = ACTORS[entry.actor?.kind] ?? "";
  const name = entry.actor?.name && entry.actor.name !== kind ? entry.actor.name : "";
  return [dayTime(entry.at), kind, name].filter(Boolean).join(" · ");
}

function told(notice) {
  const how = [VIAS[notice.via] ?? "", DELIVERIES[notice.state] ?? notice.state ?? ""].filter(Boolean).join("，");
  const line = `告知来信人：${how}`;
  return notice.text
    ? el("details", { class: "told" }, el("summary", {}, line), el("span", {}, notice.text))
    : el("div", { class: "told" }, line);
}

function row(entry) {
  const open = entry.public ? el("span", { class: "tag" }, "来信人可见") : el("span", { class: "tag inner" }, "仅内部");
  return el("li", {}, el("p", { class: "what" }, what(entry), open), el("p", { class: "who" }, who(entry)),
    entry.note ? el("p", { class: "words" }, entry.note) : null, (entry.told ?? []).map(told));
}

export const timeline = (entries) => el("ul", { class: "timeline" }, [...entries].sort((a, b) => b.seq - a.seq).map(row));
