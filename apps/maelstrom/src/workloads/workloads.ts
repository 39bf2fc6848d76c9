import { integerIn } from '../envelope.js';
import type { Workload } from './workload.js';

export type WorkloadName =
  | 'echo'
  | 'unique-ids'
  | 'broadcast'
  | 'g-set'
  | 'g-counter'
  | 'pn-counter';

const nothing = (): void => undefined;

function echo(): Workload {
  return {
    summary: 'says again what it is told',
    handle: (body) => (body.type === 'echo' ? { type: 'echo_ok', echo: body['echo'] } : undefined),
    delivered: nothing,
  };
}

function uniqueIds(): Workload {
  let count = 0;
  return {
    summary: 'numbers that nobody gives twice, whoever can be reached',
    handle(body, { node }) {
      if (body.type !== 'generate') return undefined;
      count += 1;
      return { type: 'generate_ok', id: `${node}-${count}` };
    },
    delivered: nothing,
  };
}

function broadcast(): Workload {
  const messages = new Set<number>();
  return {
    summary: 'what one hears all hear',
    handle(body, shared) {
      if (body.type === 'topology') return { type: 'topology_ok' };
      if (body.type === 'read') return { type: 'read_ok', messages: [...messages] };
      if (body.type !== 'broadcast') return undefined;
      shared.publish(String(integerIn(body, 'message')));
      return { type: 'broadcast_ok' };
    },
    delivered: (text) => void messages.add(Number(text)),
  };
}

function growOnlySet(): Workload {
  const elements = new Map<string, unknown>();
  return {
    summary: 'a set that only grows',
    handle(body, shared) {
      if (body.type === 'read') return { type: 'read_ok', value: [...elements.values()] };
      if (body.type !== 'add') return undefined;
      shared.publish(JSON.stringify(body['element'] ?? null));
      return { type: 'add_ok' };
    },
    delivered: (text) => void elements.set(text, JSON.parse(text)),
  };
}

/** Messages come exactly once, so their sum is the counter. */
function counter(summary: string): Workload {
  let value = 0;
  return {
    summary,
    handle(body, shared) {
      if (body.type === 'read') return { type: 'read_ok', value };
      if (body.type !== 'add') return undefined;
      shared.publish(String(integerIn(body, 'delta')));
      return { type: 'add_ok' };
    },
    delivered(text) {
      value += Number(text);
    },
  };
}

/** By the names that Maelstrom has for them. */
export const WORKLOADS: Readonly<Record<WorkloadName, () => Workload>> = {
  echo,
  'unique-ids': uniqueIds,
  broadcast,
  'g-set': growOnlySet,
  'g-counter': () => counter('a counter that only grows'),
  'pn-counter': () => counter('a counter that goes up and down'),
};
