// SPDX-License-Identifier: EUPL-1.2
// A message centre by the npm package `smpp`, which knows nothing of ours: told what to do by JSON lines on standard input, tells
// what happens by JSON lines. Run where `npm ci` put the package; test_smpp.py asks and looks.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import smpp from "smpp";

const [key, cert] = process.argv.slice(2);
const rules = { keep: false, bind: 0, statuses: [], hold: false, ids: "hex", receipts: null, receiptIds: "same" };
const sessions = new Set();
let number = 0xa00000;
let held = [];
const kept = []; // receipts for later

const tell = (event, more = {}) => process.stdout.write(JSON.stringify({ event, ...more }) + "\n");
const wire = (id, base) => (base === "dec" ? String(id) : id.toString(16).toUpperCase().padStart(8, "0"));

function deliver(session, fields, about) {
  session.deliver_sm(fields, (answer) => tell("answered", { about, status: answer.command_status }));
}

function receipt(session, pdu, id) {
  const shown = wire(id, rules.receiptIds === "same" ? rules.ids : rules.receiptIds);
  const text = `id:${shown} sub:001 dlvrd:001 submit date:2610141200 done date:2610141201 stat:${rules.receipts} err:000 text:x`;
  deliver(session, { source_addr: pdu.destination_addr, source_addr_ton: 1, source_addr_npi: 1, destination_addr: pdu.source_addr,
                     esm_class: 4, short_message: text }, "receipt");
}

function answer(session, pdu) {
  const status = rules.statuses.shift() ?? 0;
  if (status !== 0) {
    tell("refused", { status });
    session.send(pdu.response({ command_status: status }));
    return;
  }
  const id = ++number;
  session.send(pdu.response({ message_id: wire(id, rules.ids) }));
  if (rules.receipts && rules.keep) kept.push([pdu, id]);
  else if (rules.receipts) receipt(session, pdu, id);
}

function submitted(session, pdu) {
  const { message, udh } = pdu.message_payload ?? pdu.short_message;
  tell("submit", { to: pdu.destination_addr, from: pdu.source_addr, text: message.toString(), coding: pdu.data_coding, esm: pdu.esm_class,
                   udh: udh ? udh.map((part) => part.toString("hex")) : [], validity: String(pdu.validity_period), registered: pdu.registered_delivery,
                   sar: pdu.sar_total_segments ? [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum] : [],
                   payload: pdu.message_payload !== undefined });
  if (rules.hold) held.push([session, pdu]);
  else answer(session, pdu);
}

function serve(session) {
  sessions.add(session);
  session.on("close", () => { sessions.delete(session); tell("closed"); });
  session.on("error", (error) => tell("fault", { reason: error.message }));
  session.on("bind_transceiver", (pdu) => {
    tell("bind", { system_id: pdu.system_id, password: pdu.password, version: pdu.interface_version, status: rules.bind });
    session.send(pdu.response({ command_status: rules.bind, system_id: "node" }));
  });
  session.on("submit_sm", (pdu) => submitted(session, pdu));
  session.on("enquire_link", (pdu) => { tell("enquire"); session.send(pdu.response()); });
  session.on("unbind", (pdu) => { tell("unbind"); session.send(pdu.response()); session.close(); });
  session.on("generic_nack", (pdu) => tell("nack", { status: pdu.command_status }));
}

const commands = {
  set: (more) => Object.assign(rules, more),
  release: () => { const all = held; held = []; rules.hold = false; all.forEach(([session, pdu]) => answer(session, pdu)); },
  deliver: (fields) => sessions.forEach((session) =>
    deliver(session, fields.hex ? { ...fields.fields, short_message: Buffer.from(fields.hex, "hex") } : fields.fields, "reply")),
  receipt: (at) => sessions.forEach((session) => receipt(session, ...kept[at])),
  enquire: () => sessions.forEach((session) => session.enquire_link(() => tell("alive"))),
  garbage: (hex) => sessions.forEach((session) => session.socket.write(Buffer.from(hex, "hex"))),
  drop: () => { held = []; sessions.forEach((session) => session.destroy()); },
};

const server = smpp.createServer(key ? { key: readFileSync(key), cert: readFileSync(cert) } : {}, serve);
server.listen(0, "127.0.0.1", () => tell("listening", { port: server.address().port }));
createInterface({ input: process.stdin }).on("line", (line) => {
  for (const [name, value] of Object.entries(JSON.parse(line))) commands[name](value);
  tell("done");
}).on("close", () => process.exit(0));
