// Vitest counts skipped tests but does not name them. This lists them at the end with what they lack, and, where
// SDDC_REQUIRE says that nothing may be skipped, fails the run.
import type { TestModule } from 'vitest/node'

export class SkippedReporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    // A filter by name (`-t`) skips everything else; that is no news.
    if (process.argv.some(argument => /^(-t|--testNamePattern)/.test(argument))) return
    const names = modules.flatMap(module =>
      [...module.children.allTests('skipped')].map(test => `${module.relativeModuleId} > ${test.fullName}`),
    )
    if (names.length === 0) return
    console.log(`\nSkipped on this machine:\n${names.map(name => `  ${name}`).join('\n')}`)
    if (!process.env['SDDC_REQUIRE']) return
    console.error(`SDDC_REQUIRE is set: ${names.length} tests must not be skipped`)
    process.exitCode = 1
  }
}
