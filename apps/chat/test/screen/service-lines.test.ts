import type { BreakerView, ProviderView } from '@hearsay/services';
import { lineText } from '@hearsay/terminal';
import { describe, expect, it } from 'vitest';
import { serviceLines } from '../../src/screen/mesh/service-lines.js';
import { serviceRows } from '../../src/screen/mesh/service-rows.js';
import { ASCII_GLYPHS } from '../../src/text/look.js';
import { idOf, SELF } from '../support/fake-peer.js';
import { ANA, named, surroundings } from './support.js';

const BOB = named({ name: 'bob' });
const CY = named({ id: idOf('c'), name: 'cy' });

function provider(service: string, changes: Partial<ProviderView> = {}): ProviderView {
  return {
    service,
    version: '1',
    provider: BOB.id,
    nick: 'bob',
    status: 'ready',
    health: 'unknown',
    breaker: 'closed',
    stream: false,
    weight: 1,
    host: 'desk',
    metadata: {},
    leaseMs: 15_000,
    served: 0,
    failed: 0,
    inFlight: 0,
    latencyMs: undefined,
    self: false,
    ...changes,
  };
}

const open: BreakerView = { caller: SELF, service: 'division', provider: BOB.id, state: 'open' };

function shown(
  providers: readonly ProviderView[],
  breakers: readonly BreakerView[],
  rows = 10,
): readonly string[] {
  const services = serviceRows(providers, breakers);
  const members = [ANA, BOB, CY];
  const lines = serviceLines(surroundings({ members, services }), members, ASCII_GLYPHS, rows);
  return lines.map((line) => lineText(line).trimEnd());
}

describe('services in the mesh view', () => {
  it('are shown with those that may be called, and whose calls are stopped', () => {
    const providers = [
      provider('addition'),
      provider('addition', { provider: CY.id, status: 'gone' }),
      provider('division'),
    ];
    const half: BreakerView = { ...open, caller: CY.id, provider: undefined, state: 'half-open' };
    expect(shown(providers, [open, half])).toEqual([
      ' SERVICES           ready  breakers',
      '  division              1  open at ana for bob, half-open at cy',
      '  addition            1/2  closed',
    ]);
  });

  it('are as many as there is room for, the troubled first, and none without any', () => {
    const providers = ['a', 'b', 'c', 'division'].map((name) => provider(name));
    const lines = shown(providers, [open], 4);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain('division');
    expect(lines[3]).toMatch(/2 more$/);
    expect(shown(providers, [], 1)).toEqual([]);
    expect(shown([], [])).toEqual([]);
  });

  it('have no control characters, whatever their provider calls them', () => {
    const [, row] = shown([provider('a\u001b[2Jb')], []);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must never come out.
    expect(row).not.toMatch(/[\u0000-\u001f]/);
  });
});
