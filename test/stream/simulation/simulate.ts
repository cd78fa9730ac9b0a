import { installSimulatedTime } from './installed-time.js'
import { judgeAccounts, judgeFlow } from './judge.js'
import { randomSchedule, type Schedule } from './schedule.js'
import { processes } from './simulated-processes.js'
import { World } from './world.js'

/** Time without faults after which everything must flow again, beyond the grace of those that do not come back. */
const QUIET_MS = 12_000
const END_MS = 12_000
const LEAVE_MS = 4000

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
export async function simulate(
  seed: number,
  schedule = randomSchedule(seed),
): Promise<Violation | undefined> {
  const world = new World(schedule)
  world.begin()
  await world.time.pass(Math.max(schedule.faultsMs, 3000) + schedule.graceMs + QUIET_MS)
  const wrong = judgeFlow(world)
  world.stop()
  await world.time.pass(END_MS)
  wrong.push(...judgeAccounts(world, schedule))
  world.end()
  await world.time.pass(LEAVE_MS)
  return wrong.length === 0 ? undefined : { seed, schedule, wrong }
}
