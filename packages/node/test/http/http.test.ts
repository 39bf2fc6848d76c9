import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Peer } from '../../src/api.js';
import { readBody } from '../../src/http/read-body.js';
import { addressOf, nextEvent, testPeer } from '../support/peers.js';

const TIMEOUT = { timeoutMs: 30_000 };
const TOKEN = 'a-token-of-16-or-more';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Asked {
  readonly path: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
  readonly agent?: Agent;
}

function ask(peer: Peer, asked: Asked): Promise<Answer> {
  const { path, host = '127.0.0.1', headers = {}, method = 'GET', body, agent = false } = asked;
  return new Promise((resolve, reject) => {
    const options = { host, port: peer.port, path, method, headers, agent };
    const asking = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, text: Buffer.concat(parts).toString() });
      });
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

async function openSocket(peer: Peer): Promise<Socket> {
  const socket = connect(peer.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('/healthz and /readyz', () => {
  it('say that a peer lives, and is ready once it is in sync', async () => {
    const ana = await testPeer();
    expect(await ask(ana, { path: '/healthz' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      text: '{"ok":true,"reasons":{}}\n',
    });
    const early = await ask(ana, { path: '/readyz' });
    expect(early.status).toBe(503);
    expect(JSON.parse(early.text)).toEqual({ ok: false, reasons: { sync: 'nobody was met yet' } });
    const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
    await Promise.all([ana, bob].map((peer) => peer.synced(TIMEOUT)));
    for (const peer of [ana, bob]) expect((await ask(peer, { path: '/readyz' })).status).toBe(200);
  });

  it('say that a peer alone is ready after a while', async () => {
    const ana = await testPeer({ timings: { readyAloneMs: 0 } });
    expect((await ask(ana, { path: '/readyz' })).status).toBe(200);
  });

  it('ask the conditions that were added', async () => {
    const ana = await testPeer({ timings: { readyAloneMs: 0 } });
    const remove = ana.http.readiness('cache', () => 'it loads');
    expect(await ask(ana, { path: '/readyz' })).toMatchObject({
      status: 503,
      text: '{"ok":false,"reasons":{"cache":"it loads"}}\n',
    });
    remove();
    expect((await ask(ana, { path: '/readyz' })).status).toBe(200);
  });

  it('answer only what reads', async () => {
    const ana = await testPeer();
    expect(await ask(ana, { path: '/healthz', method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
    });
    expect((await ask(ana, { path: '/healthz', method: 'POST' })).status).toBe(405);
  });
});

describe('/metrics', () => {
  it('are OpenMetrics for whoever asks for it, and Prometheus for all others', async () => {
    const ana = await testPeer();
    const headers = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };
    const open = await ask(ana, { path: '/metrics', headers });
    expect(open.headers['content-type']).toContain('application/openmetrics-text');
    const lines = open.text.split('\n');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(lines).toContain('# TYPE hearsay_frames_in counter');
    expect(lines).toContain('hearsay_frames_in_total 0');
    const line = /^(# (HELP|TYPE) \w+ .+|# EOF|\w+(\{(\w+="[^"]*",?)+\})? [-+.\w]+|)$/;
    for (const each of lines) expect(each).toMatch(line);
    const plain = await ask(ana, { path: '/metrics' });
    expect(plain.headers['content-type']).toContain('text/plain');
    expect(plain.text).toContain('# TYPE hearsay_frames_in_total counter\n');
  });

  it('tell counters, members, queues and the process, and what others add', async () => {
    const ana = await testPeer();
    const bob = await testPeer({ nick: 'bob "the\\ builder"', join: [addressOf(ana)] });
    await Promise.all([ana, bob].map((peer) => peer.synced(TIMEOUT)));
    ana.publish('lobby', 'hello');
    const { Gauge } = await import('prom-client');
    new Gauge({ name: 'app_keys', help: 'Keys.', registers: [ana.http.metrics] }).set(7);
    const { status, headers, text } = await ask(ana, { path: '/metrics' });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const value = (name: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1));
    };
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) expect(line).toMatch(/^[a-z_:]+(\{.*\})? [-+0-9.e]+$/);
    expect(value('hearsay_links')).toBe(1);
    expect(value('hearsay_members{state="alive"}')).toBe(2);
    expect(value('hearsay_messages')).toBe(1);
    expect(value('hearsay_frames_in_total')).toBeGreaterThan(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    expect(value('app_keys')).toBe(7);
    expect(text).toContain(`hearsay_member_lacks_messages{peer="${bob.id}",nick=`);
    const before = value('hearsay_frames_in_total');
    const again = await ask(ana, { path: '/metrics' });
    expect(again.text).toContain('hearsay_frames_in_total');
    expect(before).toBeLessThanOrEqual(ana.counters().framesIn);
  });

  it('forget members that are gone', async () => {
    const ana = await testPeer();
    const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
    await ana.synced(TIMEOUT);
    expect((await ask(ana, { path: '/metrics' })).text).toContain(`peer="${bob.id}"`);
    await bob.leave({ flushMs: 0 });
    await vi.waitFor(async () => {
      expect((await ask(ana, { path: '/metrics' })).text).not.toContain(`peer="${bob.id}"`);
    }, 30_000);
  });
});

describe('who may ask', () => {
  it('is no web page from elsewhere', async () => {
    const ana = await testPeer();
    for (const headers of [
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, text } = await ask(ana, { path: '/healthz', headers });
      expect(status).toBe(403);
      expect(text.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  const outer = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address;

  it.skipIf(outer === undefined)(
    'is nobody elsewhere without the token (skipped on a machine without a network)',
    async () => {
      const host = outer ?? '';
      const open = await testPeer({ host: '0.0.0.0' });
      const refused = await ask(open, { path: '/healthz', host });
      expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(refused.text).toContain('start it with httpToken');
      const guarded = await testPeer({ host: '0.0.0.0', httpToken: TOKEN });
      expect((await ask(guarded, { path: '/healthz', host })).status).toBe(401);
      expect((await ask(guarded, { path: '/nothing', host })).status).toBe(401);
      const authorization = `Bearer ${TOKEN}`;
      const shown = { path: '/healthz', host, headers: { authorization } };
      expect((await ask(guarded, shown)).status).toBe(200);
      expect((await ask(guarded, { path: `/healthz?token=${TOKEN}`, host })).status).toBe(200);
      expect((await ask(guarded, { path: '/healthz' })).status).toBe(200);
    },
  );

  it.each(['short', 'with a space in it', `${TOKEN}\n`])(
    'is not decided by a token that is none: %j',
    async (httpToken) => {
      await expect(testPeer({ httpToken })).rejects.toMatchObject({ code: 'bad-option' });
    },
  );
});

describe('a service of an application', () => {
  it('answers below its path until it ends', async () => {
    const ana = await testPeer();
    const end = ana.http.route('/app/', async (asked, response) => {
      const body = await readBody(asked, 10);
      response.end(`${asked.method} ${asked.url} ${body.toString()}`);
    });
    const posted = { path: '/app/x?y', method: 'POST', body: 'hi' };
    expect(await ask(ana, posted)).toMatchObject({ status: 200, text: 'POST /app/x?y hi' });
    expect(() => ana.http.route('/app/', () => undefined)).toThrow(
      expect.objectContaining({ code: 'route-taken' }),
    );
    end();
    expect((await ask(ana, { path: '/app/x' })).status).toBe(404);
  });

  it.each(['/hearsay', '/healthz', '/metrics'])('cannot have %s', async (prefix) => {
    const ana = await testPeer();
    expect(() => ana.http.route(prefix, () => undefined)).toThrow(
      expect.objectContaining({ code: 'route-taken' }),
    );
  });

  it.each([
    ['later', () => Promise.reject(new Error('a bug'))],
    [
      'at once',
      () => {
        throw new Error('a bug');
      },
    ],
  ])('that breaks %s is told, and costs only its client', async (_when, handler) => {
    const ana = await testPeer();
    ana.http.route('/app/', handler);
    const warned = nextEvent(ana, 'warning');
    expect((await ask(ana, { path: '/app/x?secret' })).status).toBe(500);
    expect(await warned).toEqual({ code: 'http-failed', message: 'GET /app/x: a bug' });
    expect((await ask(ana, { path: '/healthz' })).status).toBe(200);
  });

  it('reads no body over its bound, however it comes', async () => {
    const ana = await testPeer();
    ana.http.route('/app/', async (asked, response) => {
      const failed = await readBody(asked, 10).catch((error: unknown) => error);
      response.writeHead(413, { connection: 'close' });
      response.end((failed as { code: string }).code);
    });
    const body = 'x'.repeat(100);
    const whole = { path: '/app/', method: 'POST', body };
    expect((await ask(ana, whole)).text).toBe('body-too-large');
    const chunked = { ...whole, headers: { 'transfer-encoding': 'chunked' } };
    expect((await ask(ana, chunked)).text).toBe('body-too-large');
  });

  it('takes upgrades below its path, by the same rules', async () => {
    const ana = await testPeer();
    const server = new WebSocketServer({ noServer: true });
    ana.http.upgrade('/app/', (asked, socket, head) => {
      server.handleUpgrade(asked, socket, head, (webSocket) => {
        webSocket.on('message', (data) => webSocket.send(`you said ${String(data)}`));
      });
    });
    const url = `${ana.url}/app/room`;
    const socket = new WebSocket(url, { origin: 'http://localhost:5173' });
    await once(socket, 'open');
    socket.send('hi');
    const [answer] = await once(socket, 'message');
    expect(String(answer)).toBe('you said hi');
    const page = new WebSocket(url, { origin: 'https://evil.example' });
    const [refused] = await once(page, 'error');
    expect(String(refused)).toContain('403');
    const elsewhere = new WebSocket(`${ana.url}/other`);
    const [missing] = await once(elsewhere, 'error');
    expect(String(missing)).toContain('404');
    // It ends with the peer, which waits for nobody.
    const closed = once(socket, 'close');
    await ana.close();
    await closed;
  });

  it('whose upgrade breaks loses that connection only', async () => {
    const ana = await testPeer();
    ana.http.upgrade('/app/', () => {
      throw new Error('a bug');
    });
    const warned = nextEvent(ana, 'warning');
    const socket = new WebSocket(`${ana.url}/app/`);
    await once(socket, 'error');
    expect(await warned).toMatchObject({ code: 'http-failed' });
    expect((await ask(ana, { path: '/healthz' })).status).toBe(200);
  });
});

describe('connections over HTTP', () => {
  it('are kept open without holding the places of those who shake hands', async () => {
    const limits = { pendingHandshakesMax: 2, pendingPerAddressMax: 2 };
    const timings = { handshakeTimeoutMs: 1_000 };
    const ana = await testPeer({ limits, timings });
    const agents = Array.from({ length: 5 }, () => new Agent({ keepAlive: true }));
    onTestFinished(() => {
      for (const agent of agents) agent.destroy();
    });
    for (const agent of agents) {
      const { status, headers } = await ask(ana, { path: '/healthz', agent });
      expect([status, headers.connection]).toEqual([200, 'keep-alive']);
    }
    expect(ana.counters().handshakesCrowded).toBe(0);
    const bob = await testPeer({ nick: 'bob', join: [addressOf(ana)] });
    await bob.synced(TIMEOUT);
    for (const agent of agents) {
      expect((await ask(ana, { path: '/healthz', agent })).status).toBe(200);
    }
  });

  it('do not become links: those have their own places', async () => {
    const ana = await testPeer();
    const socket = await openSocket(ana);
    const answers: string[] = [];
    socket.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(answers.join('')).toContain('200 OK'), 30_000);
    const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const lines = ['GET /hearsay HTTP/1.1', 'Host: localhost', ...upgrade, key];
    socket.write([...lines, 'Sec-WebSocket-Protocol: hearsay', '', ''].join('\r\n'));
    await vi.waitFor(() => expect(answers.join('')).toContain('400 Bad Request'), 30_000);
  });

  it('have a bound: an idle one makes room, busy ones do not', async () => {
    const ana = await testPeer({ limits: { httpConnectionsMax: 2 } });
    const waiting: (() => void)[] = [];
    ana.http.route('/slow', (_asked, response) => {
      waiting.push(() => response.end('done'));
    });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await ask(ana, { path: '/healthz', agent });
    const slow = [ask(ana, { path: '/slow' }), ask(ana, { path: '/slow' })];
    await vi.waitFor(() => expect(waiting).toHaveLength(2), 30_000);
    expect((await ask(ana, { path: '/healthz' })).status).toBe(503);
    for (const finish of waiting) finish();
    for (const { status } of await Promise.all(slow)) expect(status).toBe(200);
    await vi.waitFor(async () => {
      expect((await ask(ana, { path: '/healthz' })).status).toBe(200);
    }, 30_000);
  });

  it('that are refused keep their little time, and lose it', async () => {
    const ana = await testPeer({ timings: { handshakeTimeoutMs: 50 } });
    const socket = await openSocket(ana);
    socket.write('POST /healthz HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 99\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
  });

  it('that send a request piece by piece are cut before it is one', async () => {
    const ana = await testPeer({ timings: { handshakeTimeoutMs: 50 } });
    const socket = await openSocket(ana);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(ana.counters().handshakesLate).toBe(1);
  });
});
