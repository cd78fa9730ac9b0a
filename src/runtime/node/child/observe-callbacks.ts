import { createHash } from 'node:crypto'
import type { Callback } from '../../callback/index.js'
import { encode, encodeItem, toPlain } from '../../codec/index.js'
import { isFrame } from '../../core/frame.js'
import { isMap } from '../../core/message/forms.js'
import type { CallbackPlan } from '../../core/plan/plan.js'
import type { ObservedCallReport } from '../ipc/node-reports.js'

type Report = (call: ObservedCallReport) => void

/** Wraps the callbacks that are planned as observed, so that each invocation, or item of a batch, is reported before it runs. */
export function observeCallbacks(callbacks: Callback[], plans: CallbackPlan[], report: Report): Callback[] {
  const observed = new Set(plans.filter((plan) => plan.observed).map(({ name }) => name))
  return callbacks.map((callback) => (observed.has(callback.name) ? observe(callback, report) : callback))
}

function observe(callback: Callback, report: Report): Callback {
  const { name, fn, options } = callback
  const hash = createHash('sha256')
  const observed = (args: unknown[]): void => {
    for (const arg of args) hash.update(bytesOf(arg))
    report({
      type: 'called',
      callback: name,
      args: args.map(observedArgument),
      hash: hash.copy().digest('hex'),
    })
  }
  return {
    ...callback,
    fn: (...args) => {
      const [batch] = args
      if (options.batch && Array.isArray(batch)) for (const item of batch) observed([item])
      else observed(args)
      return fn(...args)
    },
  }
}

/** The bytes of an argument as an item of a stream would have them. */
function bytesOf(arg: unknown): Uint8Array {
  return ArrayBuffer.isView(arg) || isFrame(arg) ? encodeItem(arg, 0).bytes : encode(arg)
}

/** Replaces frames' pixels and other bytes by their digest: a test compares those, and does not contain the bytes. */
function observedArgument(arg: unknown): unknown {
  if (isMap(arg) && !isFrame(arg) && Object.values(arg).some(isFrame))
    return Object.fromEntries(Object.entries(arg).map(([side, item]) => [side, observedArgument(item)]))
  if (ArrayBuffer.isView(arg)) return digest(encodeItem(arg, 0).bytes)
  return toPlain(isFrame(arg) ? { ...arg, data: digest(arg.data) } : arg)
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
