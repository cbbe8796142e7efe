/** A plugin that does what the field `do` of a record says: one thing of the SDK each. */
import {
  Cache,
  Config,
  eq,
  fail,
  gt,
  has,
  Lock,
  Log,
  millisOf,
  oneOf,
  Output,
  plugin,
  prefix,
  Record,
  regex,
} from 'slung/as';

export * from 'slung/exports';

function types(record: Record, out: Output): void {
  const value = record.get('value');
  out.beginObject();
  out.put('has', record.has('value')).put('exists', value.exists).put('len', record.len('value'));
  out.put('is', value.isString ? 'string' : value.isInt ? 'int' : value.isFloat ? 'float' : value.isBool ? 'bool' : '');
  out.put('scalar', value).put('text', record.text('value')).put('there', record.text('value').exists);
  out.put('string', record.getString('value', 'none')).put('int', record.getInt('value', -1));
  out.put('float', record.getFloat('value', 0.5)).put('bool', record.getBool('value', true));
  out.put('list', record.list('value')).put('map', record.map('value'));
  out.putSome('some', value).putSome('someText', record.text('value')).putSome('someList', record.list('value'));
  const keys = record.keys('value');
  out.key('keys').beginArray();
  for (let i = 0; i < keys.length; i++) out.text(keys[i]);
  out.endArray().endObject();
}

function texts(record: Record, out: Output): void {
  const text = record.text('value');
  const with_ = record.getString('with');
  out.beginArray().bool(text.equals(with_)).bool(text.startsWith(with_)).int(text.indexOf(0x2c));
  out.text(text.slice(1, 3)).text(text.slice(-5, 1)).text(text.slice(2)).int(text[0]).int(text[1000]).endArray();
}

function numbers(out: Output): void {
  out.beginArray().value<i8>(-5).value<u64>(u64.MAX_VALUE).value<i64>(i64.MIN_VALUE).value<u8>(200).value(1.5);
  out.value<f32>(0.25).value(true).value('text').value(NaN).nil().float(-0.0).endArray();
}

function cache(record: Record, out: Output): void {
  const key = record.text('key');
  out.beginArray().scalar(Cache.get(key));
  Cache.set(key, record.text('value'), 500);
  out.scalar(Cache.get(key));
  Cache.set('number', 5);
  Cache.set('float', 2.5);
  Cache.set('flag', true);
  Cache.set('string', 'a string');
  out
    .int(Cache.get('number').int() + 1)
    .float(Cache.get('float').float())
    .bool(Cache.get('flag').bool());
  out.string(Cache.get('string').string());
  out.bool(Cache.delete('number')).bool(Cache.delete('number')).endArray();
}

function services(out: Output): void {
  out.beginObject().put('config', Config.get('key', 'none')).put('has', Config.has('key'));
  out.put('free', Lock.acquire('lock')).put('again', Lock.acquire('lock'));
  Lock.release('lock');
  out.put('released', Lock.acquire('lock')).endObject();
  Log.debug('d');
  Log.info('ü'.repeat(5000));
  Log.warn('w');
  Log.error('e');
}

/** Strings that nobody keeps. */
function garbage(record: Record, out: Output): void {
  let text = record.getString('value');
  for (let i = 0; i < 1000; i++) text = `${i}${text.substring(0, 100)}`;
  out.string(text);
}

let kept = '';

plugin('everything', '1.2.3 ü')
  .any([has('a'), prefix('b.c', 'p"')])
  .any([eq('d', 'text'), eq('d', -7), eq('d', 1.5), eq('d', true), oneOf('e', ['x', 'y']), oneOf('f', [1, 2])])
  .all([gt('g[0]', 0.25)])
  .none([regex('h', '^a+$')])
  .or()
  .or()
  .all([oneOf('i', [true])])
  .map((record, out) => {
    const what = record.getString('do');
    if (what == 'types') types(record, out);
    else if (what == 'texts') texts(record, out);
    else if (what == 'numbers') numbers(out);
    else if (what == 'cache') cache(record, out);
    else if (what == 'services') services(out);
    else if (what == 'garbage') garbage(record, out);
    else if (what == 'raw') out.beginArray().raw(record.raw()).endArray().raw(record.raw());
    else if (what == 'lines') out.int(1).string('two').nil().beginArray().endArray().beginObject().endObject();
    else if (what == 'time') out.int(millisOf(record.text('value'), -1));
    else if (what == 'fail') fail('because of ' + record.getString('value'));
    else if (what == 'keep') kept = record.getString('value');
    else if (what == 'kept') out.string(kept);
    else if (what == 'keys') out.beginObject().put('qu"ote\\ü\n', 1).put(record.getString('value'), 2).endObject();
    else if (what == 'open') out.beginObject();
    else if (what == 'close') out.endArray();
    else if (what == 'many') for (let i = 0; i < 200000; i++) out.text(record.text('value'));
  });
