// Calls to the sandbox; a refusal becomes an Error whose message may be shown.

export class Refused extends Error {
  constructor(status, data) {
    super(sentenceOf(status, data));
    this.status = status;
    this.data = data ?? {};
  }
}

function sentenceOf(status, data) {
  if (data?.sentence) return data.sentence;
  const fields = (data?.errors ?? []).map((item) => item.message ?? item.detail ?? item.msg).filter(Boolean);
  const parts = [data?.title, data?.detail, ...fields].filter((part) => typeof part === "string" && part);
  return [...new Set(parts)].join("：") || `操作没有成功（HTTP ${status}）`;
}

export async function call(method, path, body, headers = {}) {
  const raw = body instanceof Blob;
  const options = { method, headers: { ...headers } };
  if (body !== undefined) {
    options.body = raw ? body : JSON.stringify(body);
    options.headers["Content-Type"] = raw ? body.type || "application/octet-stream" : "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, { sentence: "连不上沙箱程序，正在重试…" });
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, data);
  return data;
}
