import { callbackSettings } from '../../core/plan/callback-options.js'
import { arityOfSource } from '../parse/arity.js'
import type { Callback, CallbackOptions } from './callback.js'
import { CLOSE, isHidden } from '../parse/methods.js'

/**
 * The callbacks that an object offers: the functions of a plain object, or the public methods of a class's instance, bound to it.
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION for options that make no sense
 */
export function callbacksOf(object: object, options: Readonly<Record<string, CallbackOptions>>): Callback[] {
  const own = object as Record<string, unknown>
  const names = isPlain(object) ? Object.keys(object) : methodNames(object)
  return names.flatMap((name) => {
    const fn = own[name]
    if (!isFunction(fn)) return []
    const settings = callbackSettings(name, options)
    return [{ name, arity: arityOfSource(fn.toString()), fn: fn.bind(object), options: settings }]
  })
}

/** Closes an instance by its `Symbol.asyncDispose` or else its `close()`, if it has one. */
export async function closeInstance(instance: object): Promise<void> {
  const { [Symbol.asyncDispose]: dispose, [CLOSE]: close } = instance as Record<string | symbol, unknown>
  const end = dispose ?? close
  if (isFunction(end)) await end.call(instance)
}

export function isFunction(value: unknown): value is Callback['fn'] {
  return typeof value === 'function'
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype
}

function methodNames(instance: object): string[] {
  const names = new Set<string>()
  let prototype = Object.getPrototypeOf(instance) as object | null
  while (prototype && prototype !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (isFunction(value) && !isHidden(name)) names.add(name)
    }
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
  return [...names]
}
