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
  if (focused) {
    const again = [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus();
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

// A canned reply goes to where one is writing, to be changed before it is sent.
document.addEventListener("change", (event) => {
  if (!event.target.matches("select[data-into]") || !event.target.value) return;
  const field = event.target.form.elements[event.target.dataset.into];
  if (field.disabled) return;
  field.setRangeText(event.target.value, field.selectionStart, field.selectionEnd, "end");
  event.target.value = "";
  field.dispatchEvent(new Event("input"));
  field.focus();
});
