import { isIPv6 } from 'node:net'
import { RecentMap } from '../../core/recent-map.js'

/** Attempts that somebody has at once. */
const BURST = 5
/** Time after which there is another one. */
const PAUSE_MS = 12_000
/** Number of addresses that are remembered. */
const MAX_ADDRESSES = 10_000

/** Limits the attempts with a wrong password, for each address by itself: who guesses keeps nobody else from logging in. */
export class LoginLimit {
  /** Time by which all attempts of an address are forgotten. */
  readonly #forgotten = new RecentMap<string, number>(MAX_ADDRESSES)

  /** Milliseconds until an address has an attempt; 0 when it has one. */
  waitMs(address: string, now = Date.now()): number {
    const forgotten = this.#forgotten.get(groupOf(address)) ?? now
    return Math.max(0, forgotten - now - (BURST - 1) * PAUSE_MS)
  }

  /** Counts an attempt that has failed. */
  fail(address: string, now = Date.now()): void {
    const group = groupOf(address)
    this.#forgotten.set(group, Math.max(now, this.#forgotten.get(group) ?? now) + PAUSE_MS)
  }
}

/** Address, or with IPv6 its network: everyone has as many addresses there as they like. */
function groupOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? []
  const [before, after] = [head, tail].map((part) => part.split(':').filter((each) => each !== ''))
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0')
  return [...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')
}
