/**
 * `import { … } from 'slung/as'`: everything that a plugin needs.
 *
 *     import { eq, plugin } from 'slung/as';
 *     export * from 'slung/exports';
 *
 *     plugin('hello', '0.1.0')
 *       .all([eq('level', 'error')])
 *       .map((record, out) => {
 *         out.beginObject().put('message', record.text('msg')).put('took', record.getFloat('ms')).endObject();
 *       });
 */
export { Output } from './output';
export { eq, gt, has, oneOf, Plugin, plugin, Pred, prefix, regex } from './plugin';
export { Record } from './record';
export { fail } from './runtime';
export { Cache, Config, Lock } from './services';
export { Log } from './stderr';
export { millisOf } from './time';
export { Entries, Keys, List, Scalar, Text } from './views';
