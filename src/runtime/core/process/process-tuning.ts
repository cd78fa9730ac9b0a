/**
 * Whether daffi may change settings of the whole process while it has streams, or large values of calls: V8's heap growth and
 * glibc's malloc. The environment variable `DAFFI_PROCESS_TUNING=off` forbids it.
 */
export function tunesProcess(): boolean {
  return process.env.DAFFI_PROCESS_TUNING !== 'off'
}
