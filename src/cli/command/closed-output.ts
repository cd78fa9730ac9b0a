/** Nobody reads the output any more: the other end of a pipe, such as `head`, has left, or the terminal was closed. */
export function isClosedOutput({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO'
}
