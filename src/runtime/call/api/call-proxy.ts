import type { CallProxy } from './call.js'
import { PendingCall, type CallDispatcher } from './pending-call.js'

/** Makes a call of the callback of that name, with the arguments that it is called with. */
export function callbackNamed(dispatcher: CallDispatcher, name: string): (...args: unknown[]) => PendingCall {
  return (...args) => new PendingCall(dispatcher, name, args)
}

/** Makes an object each of whose properties is a callback. */
export function callProxy<C>(dispatcher: CallDispatcher): CallProxy<C> {
  const handler: ProxyHandler<object> = {
    get: (_target, name) => {
      // A proxy that is awaited or inspected by accident is asked for `then` and for symbols.
      if (typeof name === 'symbol' || name === 'then') return undefined
      return callbackNamed(dispatcher, name)
    },
  }
  return new Proxy({}, handler) as CallProxy<C>
}
