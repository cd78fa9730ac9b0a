import { context } from 'daffi'

type Chain = typeof import('./chain.js')
type Link = (path: string[]) => Promise<string[]>

/** A callback that adds its node to the path, and gives what the next callback makes of it. */
function link(next?: keyof Chain): Link {
  return async (path) => {
    const { g } = context<Chain>()
    const longer = [...path, g.processName]
    return next === undefined ? longer : await g.call[next](longer)
  }
}

export const cb1 = link('cb2')
export const cb2 = link('cb3')
export const cb3 = link('cb4')
export const cb4 = link('cb5')
export const cb5 = link('cb6')
export const cb6 = link('cb7')
export const cb7 = link('cb8')
export const cb8 = link('cb9')
export const cb9 = link()
