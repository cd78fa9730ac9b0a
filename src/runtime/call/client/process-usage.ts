import { performance } from 'node:perf_hooks'
import type { ProcessUsage } from '../../status/index.js'

/** Resources that this process uses. The engine counts them anyway: nothing is measured for who asks. */
export function processUsage(loopDelayMs: number): ProcessUsage {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  const { active } = performance.eventLoopUtilization()
  return {
    cpuSeconds: (user + system) / 1e6,
    memoryBytes: rss,
    heapBytes: heapUsed,
    loopBusySeconds: active / 1000,
    loopDelayMs,
  }
}
