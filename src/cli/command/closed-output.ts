/** Whether an error of an output means that it was closed: the reader of a pipe, such as `head`, or the terminal is gone. */
export function isClosedOutput({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO'
}
