/**
 * Every timer of the protocol, one documented knob each. Too small costs traffic and false alarms,
 * too large costs time to notice. The defaults suit peers on one machine or one local network.
 */
export interface Config {
  /** Between two probe rounds (SWIM's protocol period). Serf: 1 s. */
  readonly probeIntervalMs: number;
  /** Members probed a round; smaller meshes are probed whole. SWIM probes one. */
  readonly probesPerRound: number;
  /** Up to this many live members, every silent one is probed each round. */
  readonly probeAllUpTo: number;
  /** An answer to a direct probe is awaited this long. memberlist: 500 ms. */
  readonly probeTimeoutMs: number;
  /** Members asked to probe for us when a direct probe fails (SWIM, k = 3). */
  readonly indirectProbes: number;
  /** An answer through others is awaited this long after asking them. */
  readonly indirectTimeoutMs: number;
  /** Suspicion with all confirmations in; grows with log10 of the live members (Lifeguard). */
  readonly suspicionMinMs: number;
  /** Suspicion with no confirmation, as a multiple of the minimum. memberlist: 6; ours counts live members only, so it need not wait for the dead. */
  readonly suspicionMaxFactor: number;
  /** Confirmations that shorten a suspicion to its minimum, if that many live members exist. memberlist: 2. */
  readonly suspicionConfirmations: number;
  /** Number of values of the local health score; every probe timeout is multiplied by score + 1 (Lifeguard: 8). 1: always healthy. */
  readonly healthScoreMax: number;
  /** An event-loop delay above this counts against our own health. */
  readonly loopDelayWarnMs: number;
  /** A wake this late means that the process did not run: everybody is given a fresh round. */
  readonly stallMs: number;
  /** After a stall, no verdict for this long. */
  readonly stallGraceMs: number;
  /** Verdicts without proof stay frozen this long when most links went at once; while nobody at all is heard, for ever. 0: never. */
  readonly isolationHoldMs: number;
  /** An open link that carried nothing this long is pinged. */
  readonly heartbeatMs: number;
  /** An open link that stays silent this long is abandoned (three heartbeats). */
  readonly linkSilenceMs: number;
  /** From opening a link to the other side's hello. */
  readonly handshakeTimeoutMs: number;
  /** From a dial to an open link. */
  readonly dialTimeoutMs: number;
  /** First redial of a lost member waits up to this long (full jitter). */
  readonly redialMinMs: number;
  /** Redials double up to this wait. */
  readonly redialMaxMs: number;
  /** After this long without success redials slow down to `redialSlowMs`. */
  readonly redialFastForMs: number;
  readonly redialSlowMs: number;
  /** The member with the higher id leaves the first dial to the other for this long. */
  readonly dialDeferMs: number;
  /** Between two dials of peers that were only heard of, and as much more for each that did not answer yet. */
  readonly dialGapMs: number;
  /** A message published after this long without one leaves at once. */
  readonly batchQuietMs: number;
  /** Those that follow wait until the last batch is this old, to share the next one: what a batch costs (a signature, a frame on each link) is then paid once for many. */
  readonly batchGapMs: number;
  /** While others speak too, the gap is as many times as long as there are speakers, up to this: receivers pay for the batches of all. */
  readonly batchGapMaxMs: number;
  /** News of members waits this long for company before it is sent. */
  readonly gossipDelayMs: number;
  /** Between two pulls of one neighbour's whole member table. */
  readonly tablePullMs: number;
  /** Between two digests to one random neighbour. */
  readonly syncIntervalMs: number;
  /** A pull that brings nothing this long may be given to another neighbour. */
  readonly pullTimeoutMs: number;
  /** Between two answers to pulls of one neighbour; what it asks meanwhile waits, the newest only. */
  readonly answerIntervalMs: number;
  /** A hole in a stream waits this long for its missing part before it is pulled. */
  readonly gapRepairMs: number;
  /** A batch that waits this long (up to a quarter longer) for another that nobody brings is let go of; it comes again with it. */
  readonly holdBackMs: number;
  /** What we hold of its own messages is told to their author after about this time ... */
  readonly haveMinMs: number;
  /** ... plus this much for each link, so that the cost a second stays flat; from half to one and a half of the sum, a time of its own for each peer. */
  readonly havePerLinkMs: number;
  /** Everybody else hears what we hold no more often than this (up to twice, so that peers do not all speak at once); soon after a quiet time. */
  readonly haveTrickleMs: number;
  /** Clocks further apart than this: the link is refused. */
  readonly clockSkewMaxMs: number;
  /** Dead and left members are remembered this long, so that nothing old returns. */
  readonly forgetMs: number;
  /** Members, ourselves included, up to which everybody is linked to everybody. What a peer knows of others' messages (receipts, "in sync") it has from its links, so this is as large as links are cheap: 64 peers send 460 bytes a second each when idle. */
  readonly fullMeshUpTo: number;
  /** Members up to which links are capped while everybody knows everybody; with more, views are partial. */
  readonly cappedUpTo: number;
  /** Members up to which everybody has a row for everybody; with more, most are known by their leases. Below `membersMax`, with room for the dead and for growth while it changes. */
  readonly tableUpTo: number;
  /** A mesh that shrinks changes back when it is smaller than the bound by so many percent. */
  readonly shapeSlackPercent: number;
  /** Rings of a capped mesh: a peer is linked to two in each. Rapid (ATC 2018): 10; six give the 12 links of the design. */
  readonly cappedRings: number;
  /** Neighbours in a partial view. HyParView (DSN 2007): fan-out 4 plus one. */
  readonly activeViewMax: number;
  /** Contacts in reserve. HyParView: 30 for 10,000 peers. */
  readonly passiveViewMax: number;
  /** Steps of the walk that finds neighbours for a newcomer, and of a shuffle (ARWL). HyParView: 6. */
  readonly activeWalkHops: number;
  /** Steps left where a newcomer becomes a contact in reserve (PRWL). HyParView: 3. */
  readonly passiveWalkHops: number;
  /** Between two exchanges of contacts. Partisan: 10 s; the paper counts cycles. */
  readonly shuffleMs: number;
  /** Neighbours (ka) and contacts in reserve (kp) that go into an exchange. HyParView: 3 and 4. */
  readonly shuffleActive: number;
  readonly shufflePassive: number;
  /** Live members without a link to us up to which each of our batches goes out on every link and nobody relays it; with more it goes along a tree. A mesh that forms or lost a link or two is still a full mesh. */
  readonly directLackingMax: number;
  /**
   * A member that was only heard of counts among those after this long. Where everybody is to be linked it has
   * a link by then, or is suspect: whoever invents members would else send what we say on longer ways.
   */
  readonly hearsaySettledMs: number;
  /** Links of a tree that a batch goes out on, until the tree has found its own. HyParView's active view: 5. */
  readonly treeLinksMax: number;
  /** Announcements of batches wait this long for company. iroh-gossip: 5 ms. */
  readonly ihaveDelayMs: number;
  /** An announced batch is awaited at least and at most this long, and twice the round trip to whoever announced it in between, before it is asked for. */
  readonly graftMinMs: number;
  readonly graftMaxMs: number;
  /** A round trip that was not measured yet. */
  readonly roundTripGuessMs: number;
  /** A neighbour that announces batches so much before they come, twice in a row or by a quarter of a round trip, relays them from now on. */
  readonly treeLeadMs: number;
  /** Every period moves by up to this many percent, so that peers never march in step. */
  readonly jitterPercent: number;
}

export const DEFAULT_CONFIG: Config = {
  probeIntervalMs: 800,
  probesPerRound: 2,
  probeAllUpTo: 8,
  probeTimeoutMs: 400,
  indirectProbes: 3,
  indirectTimeoutMs: 400,
  suspicionMinMs: 1_600,
  suspicionMaxFactor: 3,
  suspicionConfirmations: 2,
  healthScoreMax: 8,
  loopDelayWarnMs: 150,
  stallMs: 700,
  stallGraceMs: 1_500,
  isolationHoldMs: 10_000,
  heartbeatMs: 2_500,
  linkSilenceMs: 7_500,
  handshakeTimeoutMs: 5_000,
  dialTimeoutMs: 3_000,
  redialMinMs: 500,
  redialMaxMs: 5_000,
  redialFastForMs: 120_000,
  redialSlowMs: 30_000,
  dialDeferMs: 1_000,
  dialGapMs: 5,
  batchQuietMs: 5,
  batchGapMs: 5,
  batchGapMaxMs: 50,
  gossipDelayMs: 5,
  tablePullMs: 2_000,
  syncIntervalMs: 1_000,
  pullTimeoutMs: 2_000,
  answerIntervalMs: 20,
  gapRepairMs: 60,
  holdBackMs: 300_000,
  haveMinMs: 50,
  havePerLinkMs: 10,
  haveTrickleMs: 2_000,
  clockSkewMaxMs: 5_000,
  forgetMs: 86_400_000,
  fullMeshUpTo: 64,
  cappedUpTo: 150,
  tableUpTo: 800,
  shapeSlackPercent: 15,
  cappedRings: 6,
  activeViewMax: 5,
  passiveViewMax: 30,
  activeWalkHops: 6,
  passiveWalkHops: 3,
  shuffleMs: 10_000,
  shuffleActive: 3,
  shufflePassive: 4,
  directLackingMax: 8,
  hearsaySettledMs: 5_000,
  treeLinksMax: 6,
  ihaveDelayMs: 5,
  graftMinMs: 20,
  graftMaxMs: 1_000,
  roundTripGuessMs: 40,
  treeLeadMs: 5,
  jitterPercent: 10,
};
