// @ts-check
/**
 * Shape `flat`: service logs of about 300 bytes in the schema of Tangent's example (msg, msg.level, seen, duration,
 * tags, source.name) plus ts, host and trace_id. Message texts imitate a dozen common programs: different lengths,
 * escaped quotes and backslashes, a tab or newline now and then, and a few in a hundred with text outside ASCII.
 */
import { asciiJson, Random, START_MS, weighted } from './random.mjs';

const SERVICES = weighted([
  [20, 'myservice'],
  [2, 'myservice-canary'],
  [12, 'gateway'],
  [10, 'auth'],
  [10, 'billing'],
  [10, 'search'],
  [9, 'ingest'],
  [9, 'web-frontend'],
  [9, 'cart'],
  [9, 'scheduler'],
]);
const LEVELS = weighted([
  [14, 'info'],
  [3, 'debug'],
  [2, 'warn'],
  [1, 'error'],
]);
const TAGS = ['alpha', 'beta', 'prod', 'canary', 'eu-west-1', 'us-east-2', 'blue', 'green', 'batch'];
const USERS = ['root', 'admin', 'deploy', 'matlab', 'oracle', 'jose', 'web_srv', 'nagios', 'test-user', 'mueller'];
const PATHS = [
  '/api/v1/items',
  '/api/v1/orders',
  '/login',
  '/healthz',
  '/static/js/app.8f2c.js',
  '/search',
  '/v2/carts',
];

/** @typedef {(random: Random) => string} Message */
/** @param {Random} random */
const ip = (random) => `10.${random.int(40)}.${random.int(256)}.${random.int(256)}`;

/** @type {Message[]} */
const MESSAGES = [
  (r) => `session opened for user ${r.pick(USERS)} by (uid=${r.int(2000)})`,
  (r) => `Failed password for invalid user ${r.pick(USERS)} from ${ip(r)} port ${r.between(1024, 65535)} ssh2`,
  (r) => `Received disconnect from ${ip(r)}: 11: Bye Bye [preauth]`,
  (r) =>
    `GET ${r.pick(PATHS)}?id=${r.int(100000)} HTTP/1.1 ${r.pick([200, 200, 304, 404])} ${r.int(90000)} "curl/8.5.0"`,
  (r) => `POST ${r.pick(PATHS)} 201 in ${r.int(900)} ms, request_id=${r.hex(32)}`,
  (r) => `PacketResponder ${r.int(3)} for block blk_${r.next()}${r.int(1e9)} terminating`,
  (r) =>
    `BLOCK* NameSystem.addStoredBlock: blockMap updated: ${ip(r)}:50010 is added to blk_${r.next()} size ${r.next()}`,
  (r) => `Got assigned task ${r.int(4000)}`,
  (r) =>
    `Finished task ${r.int(40)}.0 in stage ${r.int(90)}.0 (TID ${r.int(5000)}). ${r.between(900, 3000)} bytes result sent to driver`,
  (r) => `Connection broken for id ${r.next()}, my id = ${r.int(4)}, error = java.io.EOFException`,
  (r) =>
    `upstream timed out (110: Connection timed out) while reading response header, upstream: "http://${ip(r)}:8080/"`,
  (r) => `connect to ${ip(r)}:${r.between(1024, 9999)} refused, retry ${r.int(5)} in ${r.int(60)}s`,
  (r) => `cache miss for key "cart:${r.hex(12)}" (${r.int(400)} µs)`,
  (r) => `could not open C:\\ProgramData\\agent\\logs\\${r.hex(8)}.log: access is denied`,
  (r) => `config reloaded:\n\tworkers=${r.int(64)}\n\tqueue=${r.int(9000)}`,
  (r) => `utilisateur « ${r.pick(USERS)} » créé, rôle=${r.pick(['éditeur', 'lecteur'])}`,
  (r) => `注文 ${r.int(100000)} を受け付けました (${r.int(20)} 点)`,
  (r) => `deploy ${r.hex(8)} ✅ finished in ${r.int(400)} s 🚀`,
  (r) => `ok ${r.int(1000)}`,
  (r) => `workerEnv.init() ok /etc/httpd/conf/workers${r.int(4)}.properties`,
  (r) =>
    `slow query (${r.between(200, 9000)} ms): SELECT * FROM orders WHERE customer_id = ${r.int(1e6)} AND state <> 'closed'`,
  (r) => `reverse mapping checking getaddrinfo for host-${r.int(256)}.example.net [${ip(r)}] failed`,
];
/** The first 12 and the last 4 are the everyday ones; the texts with odd characters are rarer. */
const EVERYDAY = weighted([
  [6, MESSAGES.slice(0, 12)],
  [1, MESSAGES.slice(12, 15)],
  [2, MESSAGES.slice(18)],
]);
const ODD = MESSAGES.slice(15, 18);

/**
 * @param {readonly string[] | undefined} seedMessages real log texts, used in their order instead of the made ones
 * @returns {() => string} gives the next record, without its newline
 */
export function flatRecords(seedMessages) {
  const random = new Random(0x51a9f1a7);
  let index = 0;
  return () => {
    const odd = random.chance(3);
    const msg =
      seedMessages === undefined
        ? random.pick(odd ? ODD : random.pick(EVERYDAY))(random)
        : /** @type {string} */ (seedMessages[index % seedMessages.length]).slice(0, 160);
    const record = {
      ts: new Date(START_MS + index++ * 7).toISOString(),
      host: `node-${random.int(64)}.${random.pick(['fra', 'iad', 'nrt'])}.example.net`,
      source: { name: random.pick(SERVICES) },
      msg,
      'msg.level': random.pick(LEVELS),
      seen: random.int(500),
      duration: random.int(120000) / 1000,
      tags: Array.from({ length: random.between(1, 3) }, () => random.pick(TAGS)),
      trace_id: random.hex(32),
    };
    return odd && random.chance(30) ? asciiJson(record) : JSON.stringify(record);
  };
}
