import type { Schedule } from './schedule.js'
import type { World } from './world.js'

/** Says which nodes know others than those that live, once nothing has happened for longer than a grace. */
export function judgeMembers(world: World): string[] {
  const living = world.living()
  const names = living.map(({ name }) => name)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  const expected = list(living.map(({ incarnation }) => incarnation))
  const wrong = living.flatMap(({ incarnation, presence: { peers } }) => {
    const known = list(peers.all().map((record) => record.incarnation))
    const suspected = peers.all().filter((record) => peers.isSuspected(record.incarnation))
    return [
      ...(known === expected ? [] : [`${incarnation} knows ${known}, and ${expected} live`]),
      ...suspected.map((record) => `${incarnation} suspects ${record.incarnation}`),
    ]
  })
  return [...twice.map((name) => `two nodes have the name ${name}`), ...wrong]
}

/**
 * Says who was taken for gone without proof: a process of this host that lives never is, unless another has taken its name
 * while it stood still.
 */
export function judgeProofs(world: World, { local }: Schedule): string[] {
  if (!local) return []
  return world.mistaken
    .filter(({ replaced }) => !replaced)
    .map(({ by, peer, how, at }) => `${by.incarnation} took ${peer} for ${how} at ${at}`)
}

const list = (incarnations: string[]): string => incarnations.sort().join(' ')
