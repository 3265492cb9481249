/**
 * A short name for a text: 28 hex digits, the same text the same name. To tell
 * texts apart, not to keep secrets; Node's own hashes take longer to load than
 * `status` may take to run.
 */
export const digest = (text: string): string => half(text, 0) + half(text, 0x9e3779b9);

/** cyrb53: two mixed multiplications over 32 bits, 53 bits of them used. */
function half(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16).padStart(14, "0");
}
