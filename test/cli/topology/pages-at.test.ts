import { describe, expect, test } from 'vitest';
import { pagesAt } from '../../../src/cli/topology/pages-at.ts';
import { resolveLayers } from '../../../src/config/layers.ts';

const at = (values: Readonly<Record<string, string | boolean>>) => {
  const given = { metricsPublic: false, statusPublic: false, ...values };
  return pagesAt(
    resolveLayers([
      new Map(
        Object.entries(given).map(
          ([key, value]) => [key, { value, origin: { kind: 'flag', text: `--${key}` } }] as const,
        ),
      ),
    ]),
  );
};

describe('an address of pages', () => {
  test('is on this machine alone when it is a port', () => {
    const status = { host: '127.0.0.1', port: 9090, isPublic: false };
    expect(at({ status: '9090' })).toEqual({ metrics: undefined, status });
    expect(at({ status: ':9090' })).toEqual({ metrics: undefined, status });
    expect(at({ metrics: '0' }).metrics?.port).toBe(0);
  });

  test('is what it says otherwise, and public only when that is said, too', () => {
    expect(at({ status: '0.0.0.0:80', statusPublic: true }).status).toEqual({
      host: '0.0.0.0',
      port: 80,
      isPublic: true,
    });
    expect(at({ status: '[::1]:80' }).status).toEqual({ host: '::1', port: 80, isPublic: false });
    expect(at({ status: 'worker:80' }).status?.host).toBe('worker');
  });

  test.each(['', 'x', '1:2:3', '99999', ':', '127.0.0.1', '[::1]', 'http://x:80', '127.0.0.1:'])(
    'is not %j',
    (text) => {
      expect(() => at({ status: text })).toThrow('is not HOST:PORT');
    },
  );

  test('is not that of both', () => {
    expect(() => at({ status: '80', metrics: '127.0.0.1:80' })).toThrow('one address');
    expect(at({ status: '0', metrics: '0' }).status).toBeDefined();
  });
});
