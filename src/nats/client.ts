/**
 * The library that speaks to NATS, with what reads for it (transport.ts), and nothing else: build.mjs makes a file of
 * its own of this module (dist/nats.cjs), so that only who reads or writes a stream reads 150 KB of client at the
 * start. Others import its types alone, and load it by `import('./client.ts')`.
 */
export {
  createInbox,
  credsAuthenticator,
  errors,
  headers,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
export { connect } from './transport.ts';
