/**
 * A plugin that behaves as each record tells it to, in its field `do`. For tests of what the host does then: the
 * records decide where in a step, a block and a chain something goes wrong. Records with a field `skip` are not
 * selected.
 *
 *   trap   loop   recurse        the instance is lost             error      the call is answered with an error
 *   crowd  traps, unless it is alone in its call                  size       {"n":…,"size":…}: records of the call
 *   seen   {"n":…,"seen":…}: records that the instance has had    none       nothing
 *   two    the record, twice                                      paths      {"n":…,"sum":…} over the fields p0, p1, …
 *   fill   takes memory until there is no more, and is lost
 *   poison the next instance traps while it starts                stall      the next instance never ends its start
 *   keep   its handle, in the cache, and is put out as it is      use        puts out what is behind the handle that
 *   was kept spin   as it is, after `times` turns
 *
 * Anything else: the record as it is. The configuration `field` gives `do` another name.
 */
import { Cache, Config, fail, has, Output, plugin, Record } from 'slung/as';
import { mapAll } from './calls';

export { cabi_realloc, metadata, probe } from 'slung/exports';

let seen: i64 = 0;
let inCall: i64 = 0;
const area = memory.data(16, 8);

function loop(): void {
  for (;;) store<u32>(area, load<u32>(area) + 1);
}

function spin(times: i64): void {
  for (let i: i64 = 0; i < times; i++) store<u32>(area, load<u32>(area) + 1);
}

function fill(): void {
  while (memory.grow(16) >= 0) store<u32>(area, 1);
  unreachable();
}

function recurse(depth: u32): u32 {
  return depth == 0xffffffff ? 0 : recurse(depth + 1) + load<u32>(area);
}

function sumPaths(record: Record): i64 {
  const count = record.getInt('count');
  let sum: i64 = 0;
  for (let i: i64 = 0; i < count; i++) sum += record.getInt('p' + i.toString());
  return sum;
}

function tell(record: Record, out: Output, name: string, value: i64): void {
  out.beginObject().put('n', record.getInt('n')).put(name, value).endObject();
}

function keptRecord(): Record {
  const record = new Record();
  record.handle = <i32>Cache.get('kept').int();
  return record;
}

function obey(record: Record, out: Output): void {
  seen++;
  const what = record.getString(field);
  if (what == 'trap') unreachable();
  else if (what == 'loop') loop();
  else if (what == 'fill') fill();
  else if (what == 'recurse') store<u32>(area, recurse(0));
  else if (what == 'error') fail('it may not be');
  else if (what == 'crowd' && inCall > 1) unreachable();
  else if (what == 'size') tell(record, out, 'size', inCall);
  else if (what == 'seen') tell(record, out, 'seen', seen);
  else if (what == 'paths') tell(record, out, 'sum', sumPaths(record));
  else if (what == 'use') out.raw(keptRecord().raw());
  else if (what == 'poison' || what == 'stall') {
    Cache.set('start', what == 'poison' ? 1 : 2, 60000);
    unreachable();
  } else if (what != 'none') {
    if (what == 'spin') spin(record.getInt('times'));
    if (what == 'keep') Cache.set('kept', record.handle, 60000);
    out.raw(record.raw());
    if (what == 'two') out.raw(record.raw());
  }
}

const field = Config.get('field', 'do');
plugin('unruly', '1.2.3')
  .none([has('skip')])
  .map(obey);

const start = Cache.get('start').int();
if (start == 1) unreachable();
if (start == 2) loop();

export function processLogs(logs: usize, count: usize): usize {
  inCall = count;
  return mapAll(logs, count);
}
