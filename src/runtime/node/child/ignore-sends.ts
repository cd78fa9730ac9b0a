import type { Logger } from '../../core/logger.js'

/**
 * Makes what user code sends to a parent process go nowhere, as it does in a program that has none. Such messages are for process
 * managers, which many programs tell in this way that they are ready.
 */
export function ignoreSends(log: Logger): void {
  let told = false
  const send = (...args: unknown[]): boolean => {
    if (!told) log.warn('process.send() does nothing in a node: nobody gets its messages')
    told = true
    const onSent = args.at(-1)
    if (typeof onSent === 'function') process.nextTick(onSent, null)
    return true
  }
  Object.assign(process, { send, disconnect: () => undefined })
}
