/** A callback, wherever it is offered or on that node. */
export interface Address {
  callback: string
  to: string | undefined
}

/** Which nodes a job is for: `call.<callback>`, one of those that offer it; or `node.<node>`. */
export type Route = `call.${string}` | `node.${string}`

export function routeOf({ callback, to }: Address): Route {
  return to === undefined ? `call.${callback}` : `node.${to}`
}

/** Whether jobs of a route are for a node that offers these callbacks. */
export function isFor(route: Route, node: string, callbacks: readonly string[]): boolean {
  if (callbacks.length === 0) return false
  return route === `node.${node}` || callbacks.some((name) => route === `call.${name}`)
}

/** The callback of a route; empty for that of a node. */
export function callbackOf(route: Route): string {
  return route.startsWith('call.') ? route.slice('call.'.length) : ''
}

/** Where the durable jobs of a pipeline are kept. */
export class JobNames {
  readonly #pipeline: string

  constructor(pipeline: string) {
    this.#pipeline = pipeline
  }

  /** The work queue: a job is in it until somebody is done with it. */
  get stream(): string {
    return `daffi_${this.#pipeline}_jobs`
  }

  /** The key-value bucket in which stands what became of each job. */
  get bucket(): string {
    return `daffi_${this.#pipeline}_results`
  }

  /** The bucket's stream. */
  get bucketStream(): string {
    return `KV_${this.bucket}`
  }

  /** On which the nodes hear of a route that is used for the first time; the route is the payload. */
  get wake(): string {
    return `daffi.${this.#pipeline}.wake`
  }

  /** Every job, or those of one id. */
  all(id?: string): string {
    return `daffi.${this.#pipeline}.job.${id === undefined ? '' : `${id}.`}>`
  }

  job(id: string, { callback, to }: Address): string {
    const place = to === undefined ? `call.${callback}` : `node.${to}.${callback}`
    return `daffi.${this.#pipeline}.job.${id}.${place}`
  }

  /** Beneath which the parts of a job's arguments lie. */
  argumentParts(id: string): string {
    return `daffi.${this.#pipeline}.job.${id}.part`
  }

  /** Beneath which the parts of a result lie that comes from the claim of that revision. */
  resultParts(id: string, revision: number): string {
    return `${this.record(id)}.${revision}`
  }

  /** The jobs of a route. */
  filter(route: Route): string {
    return `daffi.${this.#pipeline}.job.*.${route}${route.startsWith('node.') ? '.*' : ''}`
  }

  consumer(route: Route): string {
    return route.replace('.', '-')
  }

  route(consumer: string): Route {
    return consumer.replace('-', '.') as Route
  }

  /** Where a record of the bucket is published when it is put there. */
  record(id: string): string {
    return `$KV.${this.bucket}.${id}`
  }

  /** Id and callback of a job's subject. */
  static parse(subject: string): { id: string; callback: string } {
    const tokens = subject.split('.')
    return { id: tokens[3] ?? '', callback: tokens.at(-1) ?? '' }
  }
}
