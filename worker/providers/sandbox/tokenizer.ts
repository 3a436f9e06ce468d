/**
 * The sandbox's own tokenizer: a token is a piece of the pre-tokenization that byte-level tokenizers do
 * before they merge. Each piece is at least one token of a real tokenizer, so the count is never above
 * the true one. The pattern is coarser than both of OpenAI's (`cl100k_base` keeps `camelCase` together,
 * `o200k_base` keeps `it's` together; this one does both), so that it holds for either.
 */

/** Runs are bounded because a regular expression engine runs out of stack on one of millions. */
const PIECE =
  /[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]{1,4095}(?:'(?:[sdmt]|re|ve|ll))?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]{1,4095}[\r\n/]{0,4096}|\s{0,4096}[\r\n]{1,4096}|\s{1,4096}(?!\S)|\s{1,4096}/giu;

/** No token of OpenAI's vocabularies is longer than 128 bytes, hence none is longer than 128 characters. */
const LONGEST_TOKEN_CHARS = 128;

/** `text` cut into its tokens; joined, they are `text` again. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const piece of text.match(PIECE) ?? []) {
    if (piece.length <= LONGEST_TOKEN_CHARS) {
      tokens.push(piece);
      continue;
    }
    const chars = Array.from(piece);
    for (let at = 0; at < chars.length; at += LONGEST_TOKEN_CHARS) {
      tokens.push(chars.slice(at, at + LONGEST_TOKEN_CHARS).join(""));
    }
  }
  return tokens;
}

/** How many tokens `text` has: the length of `tokenize(text)`, without building it. */
export function countTokens(text: string): number {
  let count = 0;
  let start = 0;
  PIECE.lastIndex = 0;
  while (PIECE.test(text)) {
    const end = PIECE.lastIndex;
    count += end - start <= LONGEST_TOKEN_CHARS ? 1 : longPieceTokens(text.slice(start, end));
    start = end;
  }
  return count;
}

function longPieceTokens(piece: string): number {
  let chars = 0;
  for (const _ of piece) chars++;
  return Math.ceil(chars / LONGEST_TOKEN_CHARS);
}
