const two = (value: number): string => String(value).padStart(2, '0');

/** `12:04:16`, local time. */
export function clockTime(wallMs: number): string {
  const date = new Date(wallMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `12:04:16.210`, local time. */
export function preciseClockTime(wallMs: number): string {
  return `${clockTime(wallMs)}.${String(Math.floor(wallMs) % 1_000).padStart(3, '0')}`;
}

/** `2026-11-22`, local time. */
export function dayOf(wallMs: number): string {
  const date = new Date(wallMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `Sunday 2026-11-22`, local time. */
export function dayTitle(wallMs: number): string {
  return `${WEEKDAYS[new Date(wallMs).getDay()] ?? ''} ${dayOf(wallMs)}`;
}
