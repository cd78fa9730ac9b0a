import { vi } from 'vitest'

/** Joins as a node without Unix channels, as on Windows, so that all its messages go through the server. */
export async function withoutChannels<T>(join: () => Promise<T>): Promise<T> {
  const uid = vi.spyOn(process, 'getuid').mockReturnValue(undefined as unknown as number)
  try {
    return await join()
  } finally {
    uid.mockRestore()
  }
}
