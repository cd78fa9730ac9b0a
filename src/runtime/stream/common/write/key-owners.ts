/** Receiver that may be given items by their keys. */
export interface KeyMember {
  /** Number of its session: one that begins anew has nothing in hand. */
  id: number
  /** Name of its node, by which keys find it again after a restart. */
  name: string
  suspected: boolean
  /** Number of its items that are done, in the order in which it was given them. */
  done: number
}

/** Owner of a key; `moves` when it still has items of the key in hand, which another is to get next. */
export interface KeyOwner<M> {
  member: M
  moves: boolean
}

/**
 * Owners of keys: by rendezvous hashing each key has the member with the highest weight for it, so that one that joins or leaves
 * moves its own keys only. A key moves when no item of it is in hand, so that never two members have one.
 */
export class KeyOwners {
  /** Keys of the items that each member has in hand, in order, and the number of those that were done before. */
  readonly #hands = new Map<number, { keys: string[]; done: number }>()
  readonly #holders = new Map<string, { id: number; items: number }>()
  readonly #seeds = new Map<string, number>()
  /** Members among which the keys were spread last. */
  #among = ''
  #spread = 0

  /** Number of times that the members among which the keys are spread have changed. */
  get spread(): number {
    return this.#spread
  }

  /** Notes what is done, and who is gone. A member that is not listed has nothing in hand any more. */
  settle(members: readonly KeyMember[]): void {
    const among = members.map(({ id, suspected }) => (suspected ? -id : id)).join()
    if (among !== this.#among) this.#spread++
    this.#among = among
    const done = new Map(members.map((member) => [member.id, member.done]))
    for (const [id, hand] of this.#hands) {
      const now = done.get(id)
      const count = now === undefined ? hand.keys.length : Math.max(0, now - hand.done)
      for (const key of hand.keys.splice(0, count)) this.#release(key)
      if (now === undefined) this.#hands.delete(id)
      else hand.done = Math.max(hand.done, now)
    }
  }

  /** Number of items that a member has in hand. */
  inHand(id: number): number {
    return this.#hands.get(id)?.keys.length ?? 0
  }

  /**
   * Looks up who is to get the next item of a key. A suspected member gets none, unless it has items of the key in hand or all
   * are suspected.
   */
  ownerOf<M extends KeyMember>(key: string, members: readonly M[]): KeyOwner<M> | undefined {
    const holder = this.#holders.get(key)
    const isAnyAlive = members.some(({ suspected }) => !suspected)
    let best: { member: M; weight: number } | undefined
    for (const member of members) {
      if (member.suspected && isAnyAlive && member.id !== holder?.id) continue
      const weight = this.#weight(key, member.name)
      const isHeavier =
        !best || weight > best.weight || (weight === best.weight && member.name > best.member.name)
      if (isHeavier) best = { member, weight }
    }
    if (!best) return undefined
    const holding = holder && members.find(({ id }) => id === holder.id)
    return holding && holding !== best.member
      ? { member: holding, moves: true }
      : { member: best.member, moves: false }
  }

  /** Notes that a member was given an item. */
  give(key: string, { id, done }: KeyMember): void {
    const hand = this.#hands.get(id) ?? { keys: [], done }
    hand.keys.push(key)
    this.#hands.set(id, hand)
    const holder = this.#holders.get(key)
    if (holder) holder.items++
    else this.#holders.set(key, { id, items: 1 })
  }

  #release(key: string): void {
    const holder = this.#holders.get(key)
    if (holder && --holder.items === 0) this.#holders.delete(key)
  }

  #weight(key: string, name: string): number {
    const seed = this.#seeds.get(name) ?? fnv(name)
    this.#seeds.set(name, seed)
    return mix(fnv(key) ^ seed)
  }
}

/** Hash of a short text (FNV-1a, 32 bits). */
function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** Spreads the bits of a hash (the last step of MurmurHash3). */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
