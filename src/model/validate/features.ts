// Features of Marathon that are not offered here: what needs them is refused in its words.
import type { Report } from './report.ts'

const instead = {
  secrets: 'This server keeps no secrets yet. Hand the value over in "env", marked as sensitive.',
  external_volumes: 'This server has no storage providers yet. Use a host volume.',
  gpu_resources: 'This server hands out no GPUs yet. Write 0.',
} as const

export function featureOff(feature: keyof typeof instead, path: string, report: Report): void {
  report(
    path,
    `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`,
    instead[feature],
  )
}
