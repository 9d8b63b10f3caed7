// How long the next launch of an app's configuration waits after a task ended by itself, as in Marathon. A
// clean exit counts as well: services are restarted for ever. Kills don't count.
import type { App } from '../../model/index.ts'

/** The next delay in whole milliseconds: the app's backoff at first, then grown by its factor up to its limit. */
export function backoffAfter(
  previousDelayMs: number | undefined,
  app: Pick<App, 'backoffSeconds' | 'backoffFactor' | 'maxLaunchDelaySeconds'>,
): number {
  const grown =
    previousDelayMs === undefined ? app.backoffSeconds * 1000 : previousDelayMs * app.backoffFactor
  return Math.round(Math.min(grown, app.maxLaunchDelaySeconds * 1000))
}
