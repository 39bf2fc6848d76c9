const pollMs = 250;

/**
 * npm runs a script in a shell, and sends a signal that it gets to that shell. Some shells (dash is
 * one) stay between npm and us, die of the signal and pass nothing on; we would live on unseen. So
 * when the shell is gone we take it for the SIGTERM that it was.
 */
export function endWithShell() {
  const startedByNpm = process.env['npm_lifecycle_event'] !== undefined;
  if (!startedByNpm || process.platform === 'win32') return;
  const shell = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(poll);
    process.kill(process.pid, 'SIGTERM');
  }, pollMs);
  poll.unref();
}
