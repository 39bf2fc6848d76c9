export { serveWebView, type WebView } from './serve-web-view.js';
export { type MemberSnapshot, type Snapshot, snapshotOf } from './snapshot.js';
