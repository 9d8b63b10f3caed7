// A plan on disk: the plan as JSON, readable by its owner alone, since it holds values of the configuration.
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { CodedError } from '../base/index.ts'
import { decodePlan, type Plan } from '../model/index.ts'

/** A plan of ten thousand apps stays well below. */
const maxPlanBytes = 256 * 1024 * 1024

/** Replaced as a whole: a full disk leaves the old file, or none, never half a plan. */
export function writePlanFile(file: string, plan: Plan): void {
  const temporary = `${file}.${process.pid}.new`
  try {
    writeFileSync(temporary, `${JSON.stringify(plan)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    // For people the file is the one they named; some errors of the system name none.
    throw Object.assign(error as Error, { path: file, dest: undefined })
  }
}

/** Whether a command's target names a plan file rather than a configuration. */
export function isPlanFile(file: string): boolean {
  return file.endsWith('.sddcplan') || (existsSync(file) && statSync(file).isFile() && looksLikePlan(file))
}

// A configuration is a directory or a Marathon file; a plan file of any name starts with our own form.
function looksLikePlan(file: string): boolean {
  if (statSync(file).size > maxPlanBytes) return false
  const text = readFileSync(file, 'utf8')
  return text.startsWith('{"format":1,') && text.includes('"desiredBase":')
}

export function readPlanFile(file: string): Plan {
  const invalid = (why: string): CodedError =>
    new CodedError('PLAN_INVALID', `The plan file ${file} can not be used: ${why}`, {
      advice: `Make it again with: sddc plan -out ${file}`,
    })
  if (!existsSync(file)) throw invalid('there is no such file')
  if (!statSync(file).isFile()) throw invalid('it is not a file')
  if (statSync(file).size > maxPlanBytes) throw invalid('it is larger than any plan')
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw invalid('it is not JSON')
  }
  const plan = decodePlan(value)
  if (!plan.ok) throw invalid(plan.error)
  return plan.value
}
