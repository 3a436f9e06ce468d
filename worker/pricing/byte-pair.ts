/**
 * Byte-pair counting on the rank tables of js-tiktoken. Its own encoder is quadratic in the length of a piece, so that
 * a megabyte of one letter takes minutes; this one merges with a heap, and counts by bytes what even that is too slow
 * for: never too few, since every token has at least one byte.
 */

/** Bytes as a string of code units 0 to 255: a key that is fast to slice and look up, and plain text where it is ASCII. */
type Bytes = string;

export interface BytePairTable {
  /** How many tokens `text` makes; special tokens are text. */
  count(text: string): number;
}

/** What js-tiktoken's `ranks/*` modules hold. */
export interface RankFile {
  pat_str: string;
  /** Lines `! <first rank> <base64 of a token> …`, ranks ascending by one. */
  bpe_ranks: string;
}

/** Longer pieces are counted by their bytes: positions have to fit beside a rank in a heap's key. */
const MAX_PIECE_BYTES = 32_768;
/** Pieces are merged up to this many bytes altogether, long ones up to a quarter of it: it bounds the time to about a fifth of a second. */
const MERGE_BUDGET_BYTES = 196_608;
const LONG_BUDGET_BYTES = 98_304;
/** Up to here a scan for the lowest rank is faster than a heap. */
const SHORT_PIECE_BYTES = 48;
/** Longer texts are counted by their bytes from here on: the pattern's engine has its own limits. */
const MAX_PATTERN_CHARS = 4_194_304;
const NO_RANK = 0x7fffffff;

export function bytePairTable(file: RankFile): BytePairTable {
  const ranks = readRanks(file.bpe_ranks);
  const pattern = new RegExp(file.pat_str, "gu");
  return { count: (text) => countPieces(text, pattern, ranks) };
}

function readRanks(lines: string): Map<Bytes, number> {
  const ranks = new Map<Bytes, number>();
  for (const line of lines.split("\n")) {
    const [, first, ...tokens] = line.split(" ");
    let rank = Number(first);
    for (const token of tokens) ranks.set(atob(token), rank++);
  }
  return ranks;
}

function countPieces(text: string, pattern: RegExp, ranks: ReadonlyMap<Bytes, number>): number {
  const head = text.length > MAX_PATTERN_CHARS ? text.slice(0, MAX_PATTERN_CHARS) : text;
  let count = head.length < text.length ? utf8Length(text.slice(MAX_PATTERN_CHARS)) : 0;
  let budget = MERGE_BUDGET_BYTES;
  let longBudget = LONG_BUDGET_BYTES;
  for (const piece of head.match(pattern) ?? []) {
    const bytes = bytesOf(piece);
    if (ranks.has(bytes)) {
      count += 1;
    } else if (bytes.length <= SHORT_PIECE_BYTES && bytes.length <= budget) {
      budget -= bytes.length;
      count += mergeShort(bytes, ranks);
    } else if (bytes.length <= MAX_PIECE_BYTES && bytes.length <= longBudget) {
      longBudget -= bytes.length;
      count += mergeLong(bytes, ranks);
    } else {
      count += bytes.length;
    }
  }
  return count;
}

const encoder = new TextEncoder();
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is its own UTF-8.
const ASCII = /^[\x00-\x7f]*$/;

function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** Up to here writing UTF-8 by hand is faster than asking for it. */
const SHORT_PIECE_CHARS = 32;

function bytesOf(piece: string): Bytes {
  if (ASCII.test(piece)) return piece;
  if (piece.length <= SHORT_PIECE_CHARS) return shortBytesOf(piece);
  const bytes = encoder.encode(piece);
  let out = "";
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
}

function shortBytesOf(piece: string): Bytes {
  const bytes: number[] = [];
  for (let at = 0; at < piece.length; at++) {
    let code = piece.charCodeAt(at);
    if (code >= 0xd800 && code < 0xe000) {
      // Half a pair is no character: what replaces it has three bytes, too.
      const pair = piece.codePointAt(at) ?? code;
      if (pair > 0xffff) at++;
      code = pair > 0xffff ? pair : 0xfffd;
    }
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return String.fromCharCode(...bytes);
}

/** Merges the pair of lowest rank, the leftmost first, until no pair is a token; answers how many parts are left. */
function mergeShort(bytes: Bytes, ranks: ReadonlyMap<Bytes, number>): number {
  // `starts[i]` to `starts[i + 1]` is a part; `pairs[i]` is the rank of parts i and i + 1 together.
  const starts: number[] = [];
  for (let i = 0; i <= bytes.length; i++) starts.push(i);
  const rankAt = (i: number): number =>
    i + 2 < starts.length ? (ranks.get(bytes.slice(starts[i], starts[i + 2])) ?? NO_RANK) : NO_RANK;
  const pairs: number[] = [];
  for (let i = 0; i + 2 < starts.length; i++) pairs.push(rankAt(i));
  for (;;) {
    let best = -1;
    let bestRank = NO_RANK;
    for (let i = 0; i < pairs.length; i++) {
      const rank = pairs[i] ?? NO_RANK;
      if (rank < bestRank) {
        bestRank = rank;
        best = i;
      }
    }
    if (best < 0) return starts.length - 1;
    starts.splice(best + 1, 1);
    pairs.splice(best, 1);
    if (best < pairs.length) pairs[best] = rankAt(best);
    if (best > 0) pairs[best - 1] = rankAt(best - 1);
  }
}

/** As `mergeShort`, in O(n log n): a heap of pairs, keyed by rank and then position. */
function mergeLong(bytes: Bytes, ranks: ReadonlyMap<Bytes, number>): number {
  const n = bytes.length;
  // Parts as a linked list over the positions that they start at; n ends it.
  const next = new Int32Array(n + 1);
  const before = new Int32Array(n + 1);
  const pairRank = new Int32Array(n + 1).fill(NO_RANK);
  for (let i = 0; i <= n; i++) {
    next[i] = i + 1;
    before[i] = i - 1;
  }
  const heap = new PairHeap(3 * n + 1);
  const look = (at: number): void => {
    const middle = next[at] as number;
    const rank = middle >= n ? NO_RANK : (ranks.get(bytes.slice(at, next[middle])) ?? NO_RANK);
    pairRank[at] = rank;
    if (rank !== NO_RANK) heap.push(rank * MAX_PIECE_BYTES + at);
  };
  for (let i = 0; i < n; i++) look(i);
  let parts = n;
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const at = key % MAX_PIECE_BYTES;
    // A key outlives its pair when a neighbour was merged first.
    if (pairRank[at] !== (key - at) / MAX_PIECE_BYTES) continue;
    const gone = next[at] as number;
    const after = next[gone] as number;
    pairRank[gone] = NO_RANK;
    next[at] = after;
    before[after] = at;
    parts -= 1;
    look(at);
    const left = before[at] as number;
    if (left >= 0) look(left);
  }
  return parts;
}

/** A binary heap of numbers, the smallest first, of a capacity that is known before. */
class PairHeap {
  readonly #keys: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  push(key: number): void {
    const keys = this.#keys;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = keys[parent] as number;
      if (above <= key) break;
      keys[at] = above;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const keys = this.#keys;
    const top = keys[0] as number;
    const last = keys[--this.#size] as number;
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && (keys[child + 1] as number) < (keys[child] as number)) child += 1;
      const below = keys[child] as number;
      if (below >= last) break;
      keys[at] = below;
      at = child;
    }
    keys[at] = last;
    return top;
  }
}
