import { randomSchedule } from './schedule.js'
import { installSimulation, simulate } from './simulate.js'
installSimulation()
const [what, seed] = process.argv.slice(2)
const v = await simulate(randomSchedule(Number(seed), what === 'streams'))
process.stdout.write(JSON.stringify(v, null, 1) + '\n')
