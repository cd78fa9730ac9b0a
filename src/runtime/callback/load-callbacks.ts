import type { CallbackPlan, MockPlan } from '../core/plan.js'
import type { Callback, CallbackOptions } from './callback.js'
import type { LoadModule } from './load.js'
import { describeExport, loadExport, noExport } from './module-export.js'

/**
 * All of a node's callbacks or none: the first module at fault ends it.
 * @throws DaffiError DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT
 */
export async function loadCallbacks(plans: CallbackPlan[], load: LoadModule): Promise<Callback[]> {
  const callbacks: Callback[] = []
  for (const plan of plans) {
    if (plan.mock) {
      callbacks.push({ name: plan.name, arity: plan.arity, fn: mockedBy(plan.mock) })
      continue
    }
    const fn = await loadExport(plan, load)
    if (!isFunction(fn)) {
      throw noExport(plan, `the ${describeExport(plan)} of ${plan.file} is not a function but ${typeof fn}`)
    }
    callbacks.push({ name: plan.name, arity: plan.arity, fn, options: await optionsOf(plan, load) })
  }
  return callbacks
}

function mockedBy(mock: MockPlan): Callback['fn'] {
  return () => {
    if ('throws' in mock) throw new Error(mock.throws)
    return mock.returns
  }
}

/** What the module's export `options` says of the callback. */
async function optionsOf(
  { file, name }: CallbackPlan,
  load: LoadModule,
): Promise<CallbackOptions | undefined> {
  const { options } = await load(file)
  return (options as Record<string, CallbackOptions> | undefined)?.[name]
}

function isFunction(value: unknown): value is Callback['fn'] {
  return typeof value === 'function'
}
