import { KeyOwners, type KeyMember } from '../../common/write/key-owners.js'
import type { Choose } from './dispatcher.js'
import type { Assignable, ReceiverSession } from './receiver-session.js'

/** Items that a receiver has in hand at most: more than of those that another could take, since these cannot go elsewhere. */
const MAX_UNFINISHED = 32

type Member = KeyMember & Assignable

/**
 * Chooses the owner of each item's key. While a key moves, a lossless stream waits, and a live one drops the key's items.
 * @param live whether the owner gets every item, whatever it has in hand
 */
export function chooseByKey(live: boolean): Choose {
  const owners = new KeyOwners()
  return (item, sessions) => {
    const key = item.key?.hash ?? ''
    const members = sessions.flatMap(memberOf)
    owners.settle(members)
    const owner = owners.ownerOf(key, members)
    if (!owner || owner.member.session.progress?.leaving) return undefined
    const { member, moves } = owner
    if (live && moves) member.assigned.passed++
    const limit = Math.max(MAX_UNFINISHED, 2 * (member.session.progress?.group ?? 1))
    if (moves || (!live && owners.inHand(member.id) >= limit)) return undefined
    owners.give(key, member)
    if (item.key) item.key.spread = owners.spread
    return member
  }
}

function memberOf(session: ReceiverSession): Member[] {
  const { assigned, progress, name, suspected, attach: id } = session
  if (!assigned || !progress || session.first === undefined) return []
  // What was dropped later than an item that is still in hand is done only with that one.
  const done = progress.processed + progress.failed + progress.dropped - (progress.skipped ?? 0)
  const isAvoided = suspected || progress.leaving === true
  return [{ session, assigned, lane: progress.lane, name, suspected: isAvoided, id, done }]
}
