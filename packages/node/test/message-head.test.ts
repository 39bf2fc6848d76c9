import { describe, expect, it } from 'vitest';
import { HEAD_BYTES_MAX, writeHead } from '../src/links/message-head.js';

function headOf(bytes: number, isMasked: boolean): string {
  const memory = Buffer.alloc(HEAD_BYTES_MAX, 0xff);
  const start = writeHead(memory, HEAD_BYTES_MAX, bytes, isMasked);
  return memory.subarray(start).toString('hex');
}

describe('the head of a WebSocket message', () => {
  it.each([
    [0, '8200', '828000000000'],
    [125, '827d', '82fd00000000'],
    [126, '827e007e', '82fe007e00000000'],
    [65_535, '827effff', '82feffff00000000'],
    [65_536, '827f0000000000010000', '82ff000000000001000000000000'],
  ])('of %i bytes is as RFC 6455 has it', (bytes, plain, masked) => {
    expect([headOf(bytes, false), headOf(bytes, true)]).toEqual([plain, masked]);
  });
});
