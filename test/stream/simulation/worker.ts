import { randomSchedule } from './schedule.js'
import { installSimulation, simulate } from './simulate.js'

// A process of `npm run simulate`: runs every so manieth seed, and reports each violation and, now and then, how far it is.
const [what, ...numbers] = process.argv.slice(2)
const [first = 1, count = 1, step = 1] = numbers.map(Number)
const REPORT_EVERY = 20

installSimulation()
for (let done = 0; done < count; done++) {
  const violation = await simulate(randomSchedule(first + done * step, what === 'streams'))
  if (violation) process.send?.({ violation })
  if ((done + 1) % REPORT_EVERY === 0) process.send?.({ done: REPORT_EVERY })
}
process.send?.({ done: count % REPORT_EVERY })
process.disconnect()
