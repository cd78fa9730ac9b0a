import { installSimulatedTime } from './installed-time.js'
import { judgeMembers, judgeProofs } from './judge-presence.js'
import { FLOW_MS, hasJustBegun, judgeAccounts, judgeFlow, waitsForGrace } from './judge-streams.js'
import type { Schedule } from './schedule.js'
import { processes } from './simulated-processes.js'
import { World } from './world.js'

/** Time after the last fault within which everything must flow again. */
const RECOVERY_MS = 8000
/** Time beyond the grace by which nobody who is gone is known any more, and all streams have ended: with what waited, too. */
const END_MS = 16_000
const LEAVE_MS = 4000
/** Stay of a visitor beyond the grace, after which he deletes the claims of those who have left them behind. */
const VISIT_MS = 3000

export interface Violation {
  seed: number
  schedule: Schedule
  wrong: string[]
}

/** Puts simulated time and processes in place. @returns a function that undoes it */
export function installSimulation(): () => void {
  const undo = [installSimulatedTime(), processes.install()]
  return () => undo.forEach((each) => each())
}

/** Runs one schedule. @returns what is wrong, if anything */
export async function simulate(schedule: Schedule): Promise<Violation | undefined> {
  const { seed, faultsMs, graceMs, delivery } = schedule
  const world = new World(schedule)
  const wrong: string[] = []
  world.begin()
  await world.time.pass(faultsMs + RECOVERY_MS)
  if (waitsForGrace(world, schedule)) await world.time.pass(graceMs)
  if (hasJustBegun(world)) await world.time.pass(FLOW_MS)
  if (delivery) wrong.push(...judgeFlow(world, schedule))
  world.stop()
  await world.time.pass(Math.max(0, graceMs + END_MS - RECOVERY_MS))
  wrong.push(...judgeAccounts(world, schedule), ...judgeMembers(world), ...judgeProofs(world, schedule))
  world.end()
  await world.time.pass(LEAVE_MS)
  const visitMs = graceMs + VISIT_MS
  world.visit(visitMs)
  await world.time.pass(visitMs + LEAVE_MS)
  const left = world.server.streams.filter((name) => name.startsWith('KV_'))
  wrong.push(...left.map((name) => `${name} is left on the server`))
  return wrong.length === 0 ? undefined : { seed, schedule, wrong }
}
