// An SMSC by npm `smpp`, which is not ours: tells on stdout what it hears, does what stdin says, a JSON object a line.
"use strict";
const smpp = require("smpp");
const readline = require("readline");

const password = process.argv[2];
const sessions = new Map(); // number -> session
const rules = { submit: [], silent: [], receipts: false };
let sessionCount = 0;
let messageCount = 0;

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");

function text(pdu) {
  const short = pdu.short_message || {};
  return {
    text: typeof short.message === "string" ? short.message : "",
    udh: (Array.isArray(short.udh) ? short.udh : []).map((each) => each.toString("hex")),
  };
}

function bind(number, session, pdu) {
  const right = pdu.password === password;
  const mode = pdu.command.replace("bind_", "");
  tell({ event: "bind", session: number, mode, right });
  session.send(pdu.response(right ? { system_id: "foreign" } : { command_status: smpp.ESME_RINVPASWD }));
  if (!right) return session.close();
  session.mode = mode;
  session.bound = true;
}

function submit(number, session, pdu) {
  const rule = rules.submit.shift() || {};
  const id = rule.id === undefined ? String(++messageCount) : rule.id;
  const event = { event: "submit", session: number, status: rule.status || 0, id, to: pdu.destination_addr };
  event.from = pdu.source_addr;
  event.ton = pdu.dest_addr_ton;
  event.coding = pdu.data_coding;
  event.esm = pdu.esm_class;
  event.receipt = pdu.registered_delivery;
  tell({ ...event, ...text(pdu) });
  if (rule.receiptFirst) deliver(receipt(pdu, rule.receiptFirst));
  if (rule.kill) return session.destroy();
  if (rule.silent) return undefined;
  if (rule.status) return session.send(pdu.response({ command_status: rule.status }));
  session.send(pdu.response({ message_id: id }));
  if (rules.receipts && pdu.registered_delivery) deliver(receipt(pdu, `id:${id} stat:DELIVRD err:000 text:`));
  return undefined;
}

const receipt = (pdu, words) => ({
  source: pdu.destination_addr, destination: pdu.source_addr, esm: 4, text: words, coding: 0, tag: "receipt",
});

function deliver(what) {
  const receiver = [...sessions.values()].reverse().find((each) => each.bound && each.mode !== "transmitter");
  if (!receiver) return tell({ event: "nobody", tag: what.tag });
  const message = Buffer.from(what.hex || "", "hex");
  const fields = {
    source_addr: what.source, destination_addr: what.destination, esm_class: what.esm || 0,
    data_coding: what.coding === undefined ? 8 : what.coding,
    short_message: what.hex === undefined ? (what.text || "") : message,
  };
  if (what.udh) fields.short_message = { udh: Buffer.from(what.udh, "hex"), message: what.hex === undefined ? what.text : message };
  if (what.receiptedId) fields.receipted_message_id = what.receiptedId;
  if (what.state) fields.message_state = what.state;
  if (what.payload) { fields.message_payload = { message: what.payload }; fields.short_message = ""; }
  const pdu = new smpp.PDU("deliver_sm", fields);
  return receiver.send(pdu, (answer) => tell({ event: "answer", tag: what.tag, status: answer.command_status }));
}

const server = smpp.createServer({}, (session) => {
  const number = ++sessionCount;
  sessions.set(number, session);
  session.on("error", () => undefined);
  session.on("close", () => {
    sessions.delete(number);
    tell({ event: "closed", session: number });
  });
  session.on("pdu", (pdu) => {
    if (rules.silent.includes(pdu.command)) return tell({ event: "ignored", session: number, command: pdu.command });
    if (pdu.command === "bind_transceiver" || pdu.command === "bind_transmitter" || pdu.command === "bind_receiver") return bind(number, session, pdu);
    if (pdu.command === "submit_sm") return submit(number, session, pdu);
    if (pdu.command === "enquire_link") { tell({ event: "enquire", session: number }); return session.send(pdu.response()); }
    if (pdu.command === "unbind") {
      tell({ event: "unbind", session: number });
      session.send(pdu.response());
      return session.close();
    }
    return undefined;
  });
});

const commands = {
  deliver: (what) => deliver(what),
  submit: (what) => rules.submit.push(...what.rules),
  receipts: () => { rules.receipts = true; },
  silent: (what) => { rules.silent = what.commands; },
  kill: () => sessions.forEach((session) => session.destroy()),
  unbind: () => sessions.forEach((session) => session.unbind()),
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const what = JSON.parse(line);
  commands[what.do](what);
  if (what.order) tell({ event: "obeyed", order: what.order });
}).on("close", () => process.exit(0));

server.listen(0, "127.0.0.1", () => tell({ event: "listening", port: server.address().port }));
