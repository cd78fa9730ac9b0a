/** The callback that a job is for, on any node that offers it or on the node `to`. */
export interface JobTarget {
  callback: string
  to: string | undefined
}

/** The nodes that a job is for: `call.<callback>`, one of those that offer it; or `node.<node>`. */
export type Route = `call.${string}` | `node.${string}`

export function routeOf({ callback, to }: JobTarget): Route {
  return to === undefined ? `call.${callback}` : `node.${to}`
}

/** Whether jobs of a route are for a node that offers these callbacks. */
export function isRouteFor(route: Route, node: string, callbacks: readonly string[]): boolean {
  if (callbacks.length === 0) return false
  return route === `node.${node}` || callbacks.some((name) => route === `call.${name}`)
}

/** Whether jobs of a route are for one named node. */
export function isOfNode(route: Route): boolean {
  return route.startsWith('node.')
}

/** The callback of a route, or else its node. */
export function targetOf(route: Route): { callback: string | null; node: string | null } {
  const name = route.slice(route.indexOf('.') + 1)
  return isOfNode(route) ? { callback: null, node: name } : { callback: name, node: null }
}
