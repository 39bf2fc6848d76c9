// Preloaded into a program that is measured: its pipes look like a terminal of 100 by 30.
const size = { columns: 100, rows: 30 };
for (const stream of [process.stdin, process.stdout]) {
  Object.defineProperty(stream, 'isTTY', { value: true });
}
Object.assign(process.stdin, { setRawMode: () => process.stdin });
Object.assign(process.stdout, size);
