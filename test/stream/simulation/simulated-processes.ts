/** Above all that a kernel gives. */
const FIRST_PID = 100_000_000

/** Processes of simulated nodes, as `process.kill(pid, 0)` sees them. */
class SimulatedProcesses {
  readonly #alive = new Set<number>()
  #next = FIRST_PID

  start(): number {
    this.#alive.add(this.#next)
    return this.#next++
  }

  end(pid: number): void {
    this.#alive.delete(pid)
  }

  /** Puts them beside the real ones. @returns a function that undoes it */
  install(): () => void {
    const kill = process.kill.bind(process)
    process.kill = (pid, signal) => {
      if (pid < FIRST_PID) return kill(pid, signal)
      if (this.#alive.has(pid)) return true
      throw Object.assign(new Error('no such process'), { code: 'ESRCH' })
    }
    return () => (process.kill = kill)
  }
}

export const processes = new SimulatedProcesses()
