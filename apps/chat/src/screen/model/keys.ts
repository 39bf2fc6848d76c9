/** What a key does on the chat screen, apart from writing. */
export type Action =
  | 'send'
  | 'complete'
  | 'complete-back'
  | 'recall-older'
  | 'recall-newer'
  | 'page-up'
  | 'page-down'
  | 'row-up'
  | 'row-down'
  | 'newest'
  | 'oldest'
  | 'next-conversation'
  | 'previous-conversation'
  | 'next-activity'
  | 'last-conversation'
  | 'help'
  | 'mesh'
  | 'repaint'
  | 'interrupt'
  | 'end'
  | 'suspend';

/** Keys of the chat screen, unless the configuration says otherwise. */
export const DEFAULT_KEYS: Readonly<Record<string, Action>> = {
  enter: 'send',
  tab: 'complete',
  'shift-tab': 'complete-back',
  up: 'recall-older',
  down: 'recall-newer',
  pageup: 'page-up',
  pagedown: 'page-down',
  'shift-up': 'row-up',
  'shift-down': 'row-down',
  escape: 'newest',
  'ctrl-end': 'newest',
  'ctrl-home': 'oldest',
  'ctrl-n': 'next-conversation',
  'alt-right': 'next-conversation',
  'ctrl-p': 'previous-conversation',
  'alt-left': 'previous-conversation',
  'alt-a': 'next-activity',
  'alt-tab': 'last-conversation',
  'alt-0': 'last-conversation',
  f1: 'help',
  f2: 'mesh',
  'alt-m': 'mesh',
  'ctrl-l': 'repaint',
  'ctrl-c': 'interrupt',
  'ctrl-d': 'end',
  'ctrl-z': 'suspend',
};
