/** Signals that stop one node. `leaving` also aborts when the whole run leaves. */
export class StopSignals {
  readonly draining = new AbortController()
  readonly leaving = new AbortController()

  /** @param run what all nodes of the run share */
  constructor({ leaving }: { leaving: AbortSignal }) {
    if (leaving.aborted) this.leaving.abort()
    else leaving.addEventListener('abort', () => this.leaving.abort(), { once: true })
  }
}
