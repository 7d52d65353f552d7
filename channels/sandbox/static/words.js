// Names of states and ways, for what the API leaves unnamed.

export const STATES = {
  submitted: "待受理", needs_info: "待补充", accepted: "已受理", refused: "不予受理", assigned: "已转办", in_progress: "办理中",
  answered: "已答复", closed: "已办结", reopened: "重新办理", withdrawn: "已撤回",
};
export const VIAS = { passive: "被动回复", customer_service: "客服消息", template: "模板通知", subscribe: "订阅通知", sms: "短信", direct: "私信" };
export const DELIVERIES = { queued: "等待发送", sending: "正在发送", sent: "已发出", delivered: "已送达", failed: "没有送达", dead: "没有送达，待人工处理" };
export const ENTRIES = { filed: "诉求登记", added: "补充内容", noted: "备注", rated: "评价" };
export const ACTORS = { resident: "来信人", staff: "工作人员", bot: "自动登记", system: "系统" };

export const stateLabel = (state) => STATES[state] ?? state;
