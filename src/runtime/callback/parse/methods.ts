import type { Class } from '@babel/types'
import { faultOfCallbackName } from '../../core/names.js'
import { describeFunction, type FunctionOutline } from './function-outline.js'

/** A method that is offered as a callback. */
export interface MethodOutline extends FunctionOutline {
  /** Line in the module, from 1. */
  line: number
}

/**
 * Method that closes an instance when its node ends; it is not a callback, since any caller could close the instance by
 * it.
 */
export const CLOSE = 'close'

/** Whether a method is no callback because of its name: it is private, or nobody could call it. */
export function isHidden(name: string): boolean {
  return name.startsWith('_') || name === CLOSE || faultOfCallbackName(name) !== undefined
}

/** The public methods of a class, without static and computed ones, getters, and those marked private or protected. */
export function methodsOf({ body }: Class): Map<string, MethodOutline> {
  const methods = new Map<string, MethodOutline>()
  for (const member of body.body) {
    if (member.type !== 'ClassMethod' || member.kind !== 'method' || member.static || member.computed)
      continue
    if (member.accessibility === 'private' || member.accessibility === 'protected') continue
    if (member.key.type !== 'Identifier' || isHidden(member.key.name)) continue
    methods.set(member.key.name, { line: member.loc?.start.line ?? 1, ...describeFunction(member) })
  }
  return methods
}
