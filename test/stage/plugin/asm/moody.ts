/**
 * A plugin that asks for nothing outside of itself, and behaves as each record tells it to, in its field `do`: trap,
 * loop, error (the call is answered with one), say (a line on standard error), seen ({"seen":…}: how many records the
 * instance has had), many (the record, `times` times over). Anything else: the record as it is.
 */
import { fail, Log, Output, plugin, Record } from 'slung/as';

export { cabi_realloc, metadata, probe, processLogs } from 'slung/exports';

let seen: i64 = 0;
const area = memory.data(16, 8);

function obey(record: Record, out: Output): void {
  seen++;
  const what = record.getString('do');
  if (what == 'trap') unreachable();
  else if (what == 'loop') for (;;) store<u32>(area, load<u32>(area) + 1);
  else if (what == 'error') fail('it may not be');
  else if (what == 'seen') out.beginObject().put('seen', seen).endObject();
  else {
    if (what == 'say') Log.warn('here I am');
    let times = record.getInt('times', 1);
    while (times-- > 0) out.raw(record.raw());
  }
}

plugin('moody', '1.0.0').map(obey);
