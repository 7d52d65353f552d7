// The conversations: what is shown is kept up to date, and what is typed is counted. Everything works without it.
"use strict";

const live = document.querySelector("[data-live]");
const state = document.querySelector("[data-live-state]");
const AT_THE_END = 80;

function show(html) {
  const focused = live.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const atEnd = live.scrollHeight - live.scrollTop - live.clientHeight < AT_THE_END;
  live.innerHTML = html; // made by our own server, which escapes whatever people wrote
  if (atEnd) live.scrollTop = live.scrollHeight;
  const told = live.querySelector("[data-window]");
  if (told) openUp(told);
  if (focused) {
    const again = [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus();
  }
}

// Whether one may write, and how often, changes while one looks: the other side's next message opens what was shut.
function openUp(told) {
  const here = document.querySelector("#window");
  here.textContent = told.textContent;
  here.className = told.className;
  const reply = document.querySelector("#reply");
  const shut = told.dataset.window !== "open";
  if (!reply || reply.elements.text.disabled === shut) return;
  for (const each of reply.querySelectorAll("[name=text], button")) {
    each.disabled = shut;
    each.toggleAttribute("data-off", shut);
  }
}

if (live) {
  live.scrollTop = live.scrollHeight;
  const source = new EventSource(live.dataset.live);
  source.addEventListener("page", (event) => {
    show(JSON.parse(event.data));
    state.textContent = "自动更新中";
  });
  source.addEventListener("end", () => {
    source.close();
    state.textContent = "登录已结束，不再自动更新，请刷新页面。";
  });
  source.addEventListener("error", () => {
    state.textContent = source.readyState === EventSource.CLOSED ? "不再自动更新，请刷新页面。" : "连接断开，正在重连……";
  });
  window.addEventListener("pagehide", () => source.close());
}

const typed = document.querySelector("[data-count]");
if (typed) {
  const counted = document.querySelector("[data-counted]");
  let soon = 0;
  typed.addEventListener("input", () => {
    window.clearTimeout(soon);
    soon = window.setTimeout(async () => {
      const answer = await fetch(typed.dataset.count, { method: "POST", body: new URLSearchParams({ text: typed.value }) });
      if (!answer.ok || answer.redirected) return;
      const { said, fits } = await answer.json();
      counted.textContent = said;
      counted.classList.toggle("bad", !fits);
    }, 300);
  });
}

// A canned reply goes to where one is writing, to be changed before it is sent. With the mouse at once; with the
// keys, which pass every choice on the way to the one that is meant, by Enter.
let byKey = false;

function put(select) {
  const field = select.form.elements[select.dataset.into];
  if (!select.value || field.disabled) return;
  field.setRangeText(select.value, field.selectionStart, field.selectionEnd, "end");
  select.value = "";
  field.dispatchEvent(new Event("input"));
  field.focus();
}

document.addEventListener("pointerdown", () => (byKey = false));
document.addEventListener("keydown", (event) => {
  if (!event.target.matches("select[data-into]")) return;
  byKey = true;
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.value) return;
  event.preventDefault();
  put(event.target);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-into]") && !byKey) put(event.target);
});
