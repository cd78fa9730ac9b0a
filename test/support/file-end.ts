const duties: (() => Promise<void>)[] = []

/** Has something done when all tests of the running file are over, whoever asks for it: a test too. */
export function whenFileEnds(duty: () => Promise<void>): void {
  duties.push(duty)
}

/** Does what was asked for, the last first. Files that are run in one process share this module. */
export async function endFile(): Promise<void> {
  for (;;) {
    const duty = duties.pop()
    if (!duty) return
    await duty()
  }
}
