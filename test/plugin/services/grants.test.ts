import { describe, expect, test } from 'vitest';
import { GrantError, Grants, parseGrant } from '../../../src/plugin/services/grants.ts';

const refusal = (entries: readonly string[], url: string) => new Grants(entries).refuse(new URL(url));

describe('entries of --allow-net', () => {
  test.each([
    ['example.com', { host: 'example.com', port: undefined }],
    ['Example.COM.', { host: 'example.com', port: undefined }],
    ['example.com:8080', { host: 'example.com', port: '8080' }],
    ['example.com:080', { host: 'example.com', port: '80' }],
    ['bücher.example', { host: 'xn--bcher-kva.example', port: undefined }],
    ['127.1', { host: '127.0.0.1', port: undefined }],
    ['[0:0::1]:8080', { host: '[::1]', port: '8080' }],
    ['[::1]', { host: '[::1]', port: undefined }],
  ])('%s', (text, grant) => {
    expect(parseGrant(text)).toEqual(grant);
  });

  test.each([
    ['*', "'*': wildcards are not accepted; name each host"],
    ['*.example.com', "'*.example.com': wildcards are not accepted; name each host"],
    ['https://example.com:8443/x', "'https://example.com:8443/x' is a URL; write the host alone: example.com:8443"],
    ['::1', "'::1': an IPv6 address is written in brackets, as in [::1]:8080"],
    ['a:b:1', "'a:b:1': an IPv6 address is written in brackets, as in [::1]:8080"],
    ['example.com:', "'example.com:': a port is a number from 1 to 65535, as in example.com:8080"],
    ['example.com:0', "'example.com:0': a port is a number from 1 to 65535, as in example.com:8080"],
    ['example.com:65536', "'example.com:65536': a port is a number from 1 to 65535, as in example.com:8080"],
    ['example.com:http', "'example.com:http': a port is a number from 1 to 65535, as in example.com:8080"],
    ['', "'' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
    ['a b', "'a b' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
    ['user@host', "'user@host' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
    ['host/path', "'host/path' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
    ['256.1.1.1', "'256.1.1.1' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
    ['[zz]', "'[zz]' is not a host; write HOST or HOST:PORT, as in example.com:8080"],
  ])('%s is refused', (text, message) => {
    expect(() => new Grants(['good.example', text])).toThrow(new GrantError(message));
  });
});

describe('what is granted', () => {
  test.each([
    ['example.com', 'http://example.com/x'],
    ['example.com', 'https://EXAMPLE.com.:443/x'],
    ['example.com:8080', 'https://example.com:8080/'],
    ['example.com:443', 'https://example.com/'],
    ['127.0.0.1:80', 'http://0x7f000001/'],
    ['[::1]:81', 'http://[0:0:0:0:0:0:0:1]:81/'],
  ])('%s grants %s', (entry, url) => {
    expect(refusal([entry], url)).toBeUndefined();
  });

  test.each([
    ['example.com', 'http://example.com:8080/', 'example.com:8080 is not granted; --allow-net example.com:8080'],
    ['example.com', 'http://sub.example.com/', 'sub.example.com:80 is not granted; --allow-net sub.example.com'],
    ['example.com', 'https://example.com.evil.test/', 'example.com.evil.test:443 is not granted'],
    ['example.com:80', 'https://example.com/', 'example.com:443 is not granted'],
    ['example.com', 'http://example.com@evil.test/', 'the URL carries a user name or password'],
    ['example.com', 'http://:secret@example.com/', 'the URL carries a user name or password'],
    ['example.com', 'file:///etc/passwd', 'the scheme file: is not http: or https:'],
    ['example.com', 'ws://example.com/', 'the scheme ws: is not http: or https:'],
    ['localhost', 'http://127.0.0.1/', '127.0.0.1:80 is not granted'],
  ])('%s does not grant %s', (entry, url, reason) => {
    expect(refusal([entry], url)).toContain(reason);
  });

  test('nothing grants nothing', () => {
    expect(refusal([], 'http://localhost/')).toBe('the host localhost:80 is not granted; --allow-net localhost');
  });
});
