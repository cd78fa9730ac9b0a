import { assertToken } from '../../core/names.js'

/**
 * First tokens of the inboxes of a pipeline's processes on a server that others use, too. As permissions can name them, no
 * other pipeline can be allowed to read the answers that this one gets.
 * @throws DaffiError DAFFI_BAD_NAME
 */
export function inboxPrefix(pipeline: string): string {
  assertToken('pipeline', pipeline)
  return `_INBOX.daffi_${pipeline}`
}
