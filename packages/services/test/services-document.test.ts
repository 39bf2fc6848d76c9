import { readFileSync } from 'node:fs';
import { createPeer } from '@hearsay/node';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '../src/api/contract.js';
import { openServices } from '../src/api/open-services.js';
import { mesh } from './support/peers.js';

const FENCE = /^```ts\n([\s\S]*?)^```$/gm;

/** The examples as one program, without its imports and types. */
function program(): string {
  const document = readFileSync(new URL('../../../docs/services.md', import.meta.url), 'utf8');
  return [...document.matchAll(FENCE)]
    .map(([, code = '']) => code.replace(/^import .*$/gm, '').replaceAll(': number =', ' ='))
    .join('\n');
}

it('the examples of docs/services.md run, one after the other', async () => {
  const [provider, caller] = await mesh(2);
  provider?.services.close();
  caller?.services.close();
  const printed: unknown[] = [];
  const given = {
    createPeer,
    contract,
    z,
    provider: provider?.peer,
    caller: caller?.peer,
    openServices: (peer: Parameters<typeof openServices>[0]) => openServices(peer),
    console: { log: (value: unknown) => printed.push(value) },
  };
  const body = `return (async () => {${program()}
    await calls.available('double', { timeoutMs: 30_000 });

    const twice = await calls.call('double', 21).catch((error) => error.code);
    services.close(); calls.close();
    return [sum, twice]; })()`;
  const results: unknown = await new Function(...Object.keys(given), body)(...Object.values(given));
  expect(results).toEqual([8, 42]);
  expect(printed).toEqual([3, 2, 1]);
});
