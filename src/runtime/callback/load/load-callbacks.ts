import { callbackSettings, type CallbackSettings } from '../../core/plan/callback-options.js'
import type { CallbackPlan, MockPlan } from '../../core/plan/plan.js'
import type { Callback } from './callback.js'
import { closeInstance, isFunction } from './instance.js'
import type { LoadModule } from './loader.js'
import { moduleFailed } from '../parse/module-error.js'
import { describeExport, loadExport, noExport } from './module-export.js'

/** The loaded callbacks of a node. */
export interface LoadedCallbacks {
  callbacks: Callback[]
  /** Instances of the classes whose methods are callbacks, by class. */
  instances: ReadonlyMap<unknown, object>
  /** Closes the instances that were created for these callbacks, the last one first. */
  close: () => Promise<void>
}

/**
 * Loads all callbacks of a node, or none: the first module that fails ends it. Each class is instantiated once.
 * @param before earlier result, whose instances are used again
 * @throws DaffiError DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT; DAFFI_USAGE, DAFFI_BAD_DURATION for options that make no sense
 */
export async function loadCallbacks(
  plans: CallbackPlan[],
  load: LoadModule,
  before?: LoadedCallbacks,
): Promise<LoadedCallbacks> {
  const callbacks: Callback[] = []
  const instances = new Map(before?.instances)
  const close = async (): Promise<void> => {
    const made = [...instances].filter(([type]) => !before?.instances.has(type))
    for (const [, instance] of made.reverse()) await closeInstance(instance)
  }
  try {
    for (const plan of plans) {
      if (plan.mock) {
        callbacks.push(mockCallback(plan, plan.mock))
        continue
      }
      const loaded = await loadExport(plan, load)
      const fn = plan.method === undefined ? loaded : methodOf(plan, plan.method, loaded, instances)
      if (!isFunction(fn)) {
        throw noExport(plan, `the ${describeExport(plan)} of ${plan.file} is not a function but ${typeof fn}`)
      }
      const { name, arity, sides } = plan
      const options = await optionsOf(plan, load)
      callbacks.push({ name, arity, fn, options, ...(sides && { sides }) })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { callbacks, instances, close }
}

function methodOf(
  { file }: CallbackPlan,
  name: string,
  loaded: unknown,
  instances: Map<unknown, object>,
): unknown {
  const instance = (instances.get(loaded) ?? instantiate(loaded, file)) as Record<string, unknown>
  instances.set(loaded, instance)
  const method = instance[name]
  return isFunction(method) ? method.bind(instance) : method
}

function instantiate(loaded: unknown, file: string): object {
  try {
    return new (loaded as new () => object)()
  } catch (error) {
    throw moduleFailed(file, error)
  }
}

/** A mock joins streams as what it stands for does; other options are of no use to it. */
function mockCallback({ name, arity, sides, options: over }: CallbackPlan, mock: MockPlan): Callback {
  const fn = mockedBy(mock)
  if (!sides) return { name, arity, fn, options: callbackSettings(name) }
  const options = callbackSettings(name, { [name]: { join: {} } }, over?.join && { join: over.join })
  return { name, arity, fn, options, sides }
}

function mockedBy(mock: MockPlan): Callback['fn'] {
  return () => {
    if ('throws' in mock) throw new Error(mock.throws)
    return mock.returns
  }
}

/** Options of the callback in the export `options` of its module, overruled by the pipeline file. */
async function optionsOf(
  { file, name, options: over }: CallbackPlan,
  load: LoadModule,
): Promise<CallbackSettings> {
  const { options } = await load(file)
  return callbackSettings(name, isRecord(options) ? options : {}, over)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
