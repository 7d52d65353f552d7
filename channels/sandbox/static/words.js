// Names of states and ways, for what the API leaves unnamed.

export const STATES = {
  submitted: "待受理", needs_info: "待补充", accepted: "已受理", refused: "不予受理", assigned: "已转办", in_progress: "办理中",
  answered: "已答复", closed: "已办结", reopened: "重新办理", withdrawn: "已撤回",
};
export const VIAS = { passive: "被动回复", customer_service: "客服消息", template: "模板通知", subscribe: "订阅通知", mass: "群发消息", sms: "短信", direct: "私信" };
export const DELIVERIES = { queued: "等待发送", sending: "正在发送", sent: "已发出", delivered: "已送达", failed: "没有送达", dead: "没有送达，待人工处理" };
export const ENTRIES = { filed: "诉求登记", added: "补充内容", noted: "备注", rated: "评价" };
export const ACTORS = { resident: "来信人", staff: "工作人员", bot: "自动登记", system: "系统" };

export const stateLabel = (state) => STATES[state] ?? state;

const MEANINGS = {
  wechat: {
    "-1": "系统繁忙", 40001: "access_token 无效", 42001: "access_token 过期", 43101: "对方没有同意订阅通知", 45009: "今天的调用次数用完",
    45011: "这一分钟调用太快", 45015: "超过 48 小时或已取消关注", 45047: "本次互动的条数用完", 43004: "对方没有关注", 40003: "openid 不对",
    40037: "没有这个模板", 47003: "模板内容不合要求", 48001: "没有这项接口的权限",
  },
  weibo: {
    10001: "系统错误", 10014: "应用没有这项权限", 10022: "IP 调用太快", 10023: "今天的调用次数用完", 20012: "超过 140 字", 20013: "超过 300 字",
    20016: "发得太快", 20017: "内容相似", 20018: "网址不允许", 20019: "内容重复", 20021: "内容不合规", 20101: "微博已删除", 20201: "评论已删除",
    20301: "对方没有关注，收不到私信", 21327: "授权已过期", 21332: "授权无效",
  },
};

// What an error code means, where people here have words for it.
export const meaning = (network, code) => MEANINGS[network]?.[code];
