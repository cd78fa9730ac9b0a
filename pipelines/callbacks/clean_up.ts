import { context } from 'daffi'

/** Says what it would remove. */
export default function clean_up(what: string): void {
  context().log.info(`cleaned up ${what}`)
}
