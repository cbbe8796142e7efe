/** Says on its standard error that it has begun, and never returns: for the time between a limit and its message. */
import { Log, plugin } from 'slung/as';

export * from 'slung/exports';

const word = memory.data(8);

plugin('endless', '0.1.0').map((_record, _out) => {
  Log.info('begun');
  for (;;) store<u32>(word, load<u32>(word) + 1);
});
