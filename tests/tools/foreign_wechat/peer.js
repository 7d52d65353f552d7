// WeChat by others: a server (npm wechat) that answers what it hears, their REST client (wechat-api), their crypto.
// One line of JSON on stdin is one task, with an id; its result is one line on stdout. The end of stdin ends it.
'use strict';
const http = require('http');
const readline = require('readline');
const wechat = require('wechat');
const WeChatAPI = require('wechat-api');
const WXBizMsgCrypt = require('wechat-crypto');

const given = JSON.parse(process.argv[2]);
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const crypto = new WXBizMsgCrypt(given.token, given.aesKey, given.appId);

const answering = wechat(
  { token: given.token, appid: given.appId, encodingAESKey: given.aesKey, checkSignature: true },
  (request, response) => {
    say({ event: 'heard', message: request.weixin });
    response.reply(`听到：${request.weixin.Content || request.weixin.Event || request.weixin.MsgType}`);
  },
);

const server = http.createServer((request, response) => {
  request.query = Object.fromEntries(new URL(request.url, 'http://127.0.0.1').searchParams);
  answering(request, response, (error) => {
    say({ event: 'broke', error: String(error) });
    response.statusCode = 500;
    response.end();
  });
});

let api;
const tasks = {
  seal: ({ text, timestamp, nonce }, done) => {
    const sealed = crypto.encrypt(text);
    done(null, { sealed, signature: crypto.getSignature(timestamp, nonce, sealed) });
  },
  open: ({ sealed, timestamp, nonce }, done) => {
    const opened = crypto.decrypt(sealed);
    done(null, { text: opened.message, appId: opened.id, signature: crypto.getSignature(timestamp, nonce, sealed) });
  },
  api: ({ base, method, args }, done) => {
    api = api || new WeChatAPI(given.appId, given.appSecret);
    api.endpoint = base;
    api[method](...args, done);
  },
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const task = JSON.parse(line);
  const done = (error, result) => say({
    event: 'done', id: task.id, result, error: error && { name: error.name, code: error.code, message: error.message },
  });
  try {
    tasks[task.do](task, done);
  } catch (error) {
    done(error);
  }
}).on('close', () => process.exit(0));

server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
