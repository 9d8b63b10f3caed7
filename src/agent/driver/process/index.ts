// The face of the process driver.
import type { DriverFactory } from '../factory.ts'
import { ProcessDriver } from './driver.ts'

export const processDriver: DriverFactory = {
  kind: 'process',
  create: context => ProcessDriver.open(context),
}
