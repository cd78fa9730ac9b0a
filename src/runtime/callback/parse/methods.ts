import type { Class } from '@babel/types'
import type { Arity } from '../../core/plan.js'
import { arityOf } from './arity.js'

export interface MethodOutline {
  /** From 1. */
  line: number
  arity: Arity
}

/** Ends the instance with its node; a callback of that name would end it for everybody. */
export const CLOSE = 'close'

/** Private by its name, or not for callers. */
export function isHidden(name: string): boolean {
  return name.startsWith('_') || name === 'constructor' || name === CLOSE
}

/** The public methods of a class: not those that are static, computed, getters, or marked private or protected. */
export function methodsOf({ body }: Class): Map<string, MethodOutline> {
  const methods = new Map<string, MethodOutline>()
  for (const member of body.body) {
    if (member.type !== 'ClassMethod' || member.kind !== 'method' || member.static || member.computed)
      continue
    if (member.accessibility === 'private' || member.accessibility === 'protected') continue
    if (member.key.type !== 'Identifier' || isHidden(member.key.name)) continue
    methods.set(member.key.name, { line: member.loc?.start.line ?? 1, arity: arityOf(member) })
  }
  return methods
}
