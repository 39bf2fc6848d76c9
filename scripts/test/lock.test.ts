import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { acquireLock } from '../lib/lock.mjs';

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hearsay-lock-'));
  lock = path.join(folder, 'lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('leaves nothing behind when it is released', async () => {
  const release = await acquireLock(lock, vi.fn());
  expect(readdirSync(lock)).toEqual([String(process.pid)]);
  release();
  expect(readdirSync(folder)).toEqual([]);
});

it('makes a second one wait, and tells so once', async () => {
  const release = await acquireLock(lock, vi.fn());
  const onWaiting = vi.fn(() => {
    release();
  });
  const releaseSecond = await acquireLock(lock, onWaiting);
  expect(onWaiting).toHaveBeenCalledOnce();
  releaseSecond();
});

it('takes the lock of a process that died, without a wait', async () => {
  const dead = spawnSync(process.execPath, ['--eval', '']).pid;
  mkdirSync(lock);
  writeFileSync(path.join(lock, String(dead)), '');
  const onWaiting = vi.fn();
  const release = await acquireLock(lock, onWaiting);
  expect(onWaiting).not.toHaveBeenCalled();
  expect(readdirSync(lock)).toEqual([String(process.pid)]);
  release();
});

it('does not release a lock that another process has taken over', async () => {
  const release = await acquireLock(lock, vi.fn());
  rmSync(path.join(lock, String(process.pid)));
  writeFileSync(path.join(lock, '1'), '');
  release();
  expect(existsSync(path.join(lock, '1'))).toBe(true);
});
