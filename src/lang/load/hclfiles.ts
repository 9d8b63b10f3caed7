// Which of a directory's files are its configuration in HCL, and which are values of variables. Names of values come in
// the order of their precedence.
const configuration = /\.hcl(\.json)?$/
const other = /\.(vars|test)\.hcl(\.json)?$/

export function hclFilesIn(names: readonly string[]): readonly string[] {
  return names.filter(name => configuration.test(name) && !other.test(name))
}

/** `sddc.vars.hcl` and its JSON form first, then `*.auto.vars.hcl` by name. */
export function valueFilesIn(names: readonly string[]): readonly string[] {
  const own = ['sddc.vars.hcl', 'sddc.vars.hcl.json'].filter(name => names.includes(name))
  return [...own, ...names.filter(name => /\.auto\.vars\.hcl(\.json)?$/.test(name))]
}
