import { DaffiError } from '../../../core/errors.js'
import { isToken } from '../../../core/names.js'
import { isOfNode, type JobTarget, type Route } from './job-route.js'

/** Names of the streams and subjects of a pipeline's durable jobs. */
export class JobNames {
  readonly #pipeline: string

  constructor(pipeline: string) {
    this.#pipeline = pipeline
  }

  /** Stream of the work queue: it keeps a job until the job has ended. */
  get stream(): string {
    return `daffi_${this.#pipeline}_jobs`
  }

  /** Key-value bucket with a record of each job's state. */
  get bucket(): string {
    return `daffi_${this.#pipeline}_results`
  }

  /** The bucket's stream. */
  get bucketStream(): string {
    return `KV_${this.bucket}`
  }

  /** Subject on which nodes learn of a route that is used for the first time; the route is the payload. */
  get wake(): string {
    return `daffi.${this.#pipeline}.wake`
  }

  /** Subjects of all jobs, or those of one id. */
  all(id?: string): string {
    return `daffi.${this.#pipeline}.job.${id === undefined ? '' : `${id}.`}>`
  }

  /** Subjects of the messages of jobs, which are not those of parts of their arguments; all jobs, or those of one id. */
  messages(id = '*'): string[] {
    return [`daffi.${this.#pipeline}.job.${id}.call.*`, `daffi.${this.#pipeline}.job.${id}.node.*.*`]
  }

  job(id: string, { callback, to }: JobTarget): string {
    const suffix = to === undefined ? `call.${callback}` : `node.${to}.${callback}`
    return `daffi.${this.#pipeline}.job.${id}.${suffix}`
  }

  /** Prefix of the subjects of the parts of a job's arguments. */
  argumentParts(id: string): string {
    return `daffi.${this.#pipeline}.job.${id}.part`
  }

  /** Prefix of the subjects of the parts of a result. @param revision that of the claim under which the job was run */
  resultParts(id: string, revision: number): string {
    return `${this.record(id)}.${revision}`
  }

  /** Subjects of the jobs of a route. */
  filter(route: Route): string {
    return `daffi.${this.#pipeline}.job.*.${route}${isOfNode(route) ? '.*' : ''}`
  }

  consumer(route: Route): string {
    return route.replace('.', '-')
  }

  route(consumer: string): Route {
    return consumer.replace('-', '.') as Route
  }

  /** Subject on which the record of a job that has ended is published once it is stored. */
  ended(id: string): string {
    return `daffi.${this.#pipeline}.ended.${id}`
  }

  /** Subjects of all records in the bucket, and of nothing else there. */
  get records(): string {
    return this.record('*')
  }

  /** Subject of a record in the bucket. */
  record(id: string): string {
    return `$KV.${this.bucket}.${id}`
  }

  /** Id and target in the subject of a job. @throws DaffiError DAFFI_BAD_MESSAGE when these are no names */
  static parse(subject: string): { id: string } & JobTarget {
    const [, , , id = '', kind, name = '', callback = name] = subject.split('.')
    if (![id, name, callback].every(isToken))
      throw new DaffiError('DAFFI_BAD_MESSAGE', 'the subject of a job has tokens that are no names')
    return { id, callback, to: kind === 'node' ? name : undefined }
  }
}
