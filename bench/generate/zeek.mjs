// @ts-check
/**
 * Shape `zeek`: connection records of about 470 bytes with the field set of Zeek's conn log: keys that contain dots
 * (`id.resp_p`), long floats, fields that are missing in some records, no nesting, almost no escapes.
 */
import { Random, START_MS, weighted } from './random.mjs';

const SERVICES = weighted([
  [58, 'ssl'],
  [14, 'dns'],
  [15, ''],
  [5, 'krb_tcp'],
  [4, 'dce_rpc'],
  [2, 'http'],
  [1, 'gssapi,smb,krb'],
  [1, 'krb,smb,gssapi,dce_rpc'],
]);
const PORTS = new Map([
  ['dns', 53],
  ['ssl', 443],
  ['http', 80],
  ['krb_tcp', 88],
  ['dce_rpc', 135],
]);
const STATES = weighted([
  [60, 'SF'],
  [26, 'RSTO'],
  [9, 'RSTR'],
  [3, 'S0'],
  [1, 'REJ'],
  [1, 'S1'],
]);
const HISTORIES = ['ShADadfF', 'ShADdaR', 'ShADadR', 'Dd', 'ShADadtfF', 'S', 'ShAdDaFR', 'Sr'];
const SYSTEMS = ['sensor-a.example.net', 'sensor-b.example.net', 'edge-12.branch.example.net'];

/** @param {Random} random */
const mac = (random) => (random.hex(12).match(/../g) ?? []).join(':');

/** @param {Random} random @param {number} index */
function connection(random, index) {
  const service = random.pick(SERVICES);
  const answered = !random.chance(2);
  const packets = random.between(1, 40);
  return {
    _path: 'conn',
    _system_name: random.pick(SYSTEMS),
    ts: Number((START_MS / 1000 + index * 0.013).toFixed(6)),
    uid: `C${random.alnum(17)}`,
    'id.orig_h': `10.0.${random.int(8)}.${random.int(256)}`,
    'id.orig_p': random.between(1024, 65535),
    'id.resp_h': random.chance(2)
      ? `fe80::${random.hex(4)}:${random.hex(4)}`
      : `10.0.${random.int(3)}.${random.int(60)}`,
    'id.resp_p': PORTS.get(service) ?? random.pick([8443, 389, 445, 3268]),
    proto: service === 'dns' ? 'udp' : 'tcp',
    ...(service === '' ? {} : { service }),
    ...(answered
      ? { duration: random.next() / 2 ** 29, orig_bytes: random.int(9000), resp_bytes: random.int(90000) }
      : {}),
    conn_state: random.pick(STATES),
    missed_bytes: 0,
    history: random.pick(HISTORIES),
    orig_pkts: packets,
    orig_ip_bytes: packets * random.between(60, 900),
    resp_pkts: packets,
    resp_ip_bytes: packets * random.between(60, 1400),
    orig_l2_addr: mac(random),
    resp_l2_addr: mac(random),
  };
}

/**
 * @param {readonly string[] | undefined} seedRecords real records, repeated with changing ts, uid and id.orig_p
 * @returns {() => string} gives the next record, without its newline
 */
export function zeekRecords(seedRecords) {
  const random = new Random(0x2eecc0de);
  let index = 0;
  if (seedRecords === undefined) return () => JSON.stringify(connection(random, index++));
  return () => {
    const seed = /** @type {string} */ (seedRecords[index % seedRecords.length]);
    const ts = (START_MS / 1000 + index++ * 0.013).toFixed(6);
    return seed
      .replace(/"ts":[^,}]+/, `"ts":${ts}`)
      .replace(/"uid":"[^"]*"/, `"uid":"C${random.alnum(17)}"`)
      .replace(/"id\.orig_p":\d+/, `"id.orig_p":${random.between(1024, 65535)}`);
  };
}
