import { DaffiError } from '../../core/errors.js'
import { nearest } from '../../core/text/nearest.js'
import { ALL_PROFILES } from '../validate/profiles.js'
import { listKnown } from '../diagnose/list-known.js'

/**
 * Refuses profiles that no node has.
 * @param known profiles of each pipeline; undefined for one that is not known
 * @throws DaffiError DAFFI_UNKNOWN_PROFILE
 */
export function assertProfiles(
  wanted: readonly string[],
  known: readonly (readonly string[] | undefined)[],
): void {
  if (known.includes(undefined)) return
  const all = [...new Set(known.flatMap((profiles) => profiles ?? []))]
  const unknown = wanted.find((profile) => profile !== ALL_PROFILES && !all.includes(profile))
  if (unknown === undefined) return
  const suggestion = nearest(unknown, all)
  const message = `no node has the profile ${unknown}; ${listKnown('profiles', all)}`
  throw new DaffiError('DAFFI_UNKNOWN_PROFILE', message, {
    ...(suggestion === undefined ? {} : { next: `Did you mean ${suggestion}?` }),
  })
}
