// Where a module comes from, as its call says: a directory beside the one that calls, or a directory in a git repository,
// at a branch, a tag or a commit. Nothing else: a registry would be one more thing to trust and to run.

export type ModuleSource =
  | { readonly kind: 'local'; readonly path: string }
  | GitSource
  /** Sentences: what is wrong, and what to write. */
  | { readonly kind: 'wrong'; readonly detail: string }

export interface GitSource {
  readonly kind: 'git'
  /** As git takes it. */
  readonly url: string
  /** Inside of the repository; '' for its root. */
  readonly directory: string
  /** A branch, a tag or a whole commit id; undefined for the repository's default branch. */
  readonly ref: string | undefined
  /** The repository at that ref, as the lock file names it. */
  readonly key: string
}

const gitExample = 'git::https://example.com/modules.git//blog?ref=v1.2.0'
const forms = `Write a directory ("./blog", "../blog") or a git repository ("${gitExample}").`

export function parseModuleSource(text: string): ModuleSource {
  if (text === '') return wrong(`The source is empty. ${forms}`)
  // A control character would be invisible in messages; none belongs into a path or an address.
  if (/[\u0000-\u001f\u007f]/.test(text)) return wrong(`The source has a control character in it. ${forms}`)
  if (/^\.\.?(\/|$)/.test(text)) {
    if (!text.includes('?')) return { kind: 'local', path: text }
    return wrong('A local directory has no "?ref=": it is taken as it is.')
  }
  if (text.startsWith('git::')) return gitSource(text.slice('git::'.length))
  if (/^[\w.-]+@[\w.-]+:/.test(text)) return gitSource(text)
  return wrong(`${JSON.stringify(text)} is not a source of a module. ${adviceFor(text)}`)
}

function adviceFor(text: string): string {
  if (text.startsWith('/')) {
    return 'Say where the directory is from here ("./…", "../…"); a repository on this machine is "git::file:///…".'
  }
  if (/^(https?|ssh|file):\/\//.test(text))
    return `If it is a git repository, write git:: before it: "git::${text}".`
  if (/^(github\.com|gitlab\.com|bitbucket\.org)\//.test(text)) {
    return `Write the whole address: "git::https://${text.replace(/\?.*$/, '')}.git".`
  }
  if (/^[a-z0-9]+::/.test(text)) return `Of the forms with "::" only git:: is known. ${forms}`
  if (/^[\w-]+(\.[\w-]+)*\/[\w-]+\/[\w-]+/.test(text)) return `There is no registry of modules. ${forms}`
  return `If it is a directory, write "./${text}". ${forms}`
}

function gitSource(text: string): ModuleSource {
  const [address, query] = splitOnce(text, '?')
  const ref = refIn(query)
  if (typeof ref === 'object') return ref
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(address)
  const from = scheme?.[0].length ?? 0
  const cut = address.indexOf('//', from)
  const url = cut < 0 ? address : address.slice(0, cut)
  const directory = cut < 0 ? '' : address.slice(cut + 2).replace(/\/+$/, '')
  const mistake = mistakeInUrl(url, scheme?.[1]) ?? mistakeInDirectory(directory)
  if (mistake !== undefined) return wrong(mistake)
  return { kind: 'git', url, directory, ref, key: `git::${url}${ref === undefined ? '' : `?ref=${ref}`}` }
}

/** The ref; undefined without one; an object when the query is wrong. */
function refIn(query: string | undefined): string | undefined | ModuleSource {
  if (query === undefined) return undefined
  const [name, ref = ''] = splitOnce(query, '=')
  if (name !== 'ref' || query.includes('&')) {
    return wrong('Behind the "?" of a git source stands "ref=" and the name of a branch, a tag or a commit.')
  }
  // Names that git allows, but for those that a program might take for an option or a range.
  if (/^[A-Za-z0-9_][A-Za-z0-9_./+@-]*$/.test(ref) && !ref.includes('..') && !/@\{|\.lock$|\/$/.test(ref))
    return ref
  return wrong(`${JSON.stringify(ref)} is not the name of a branch, a tag or a commit.`)
}

function mistakeInUrl(url: string, scheme: string | undefined): string | undefined {
  if (scheme === undefined) {
    // host:path, as ssh takes it
    if (/^[A-Za-z0-9_.][\w.-]*@[A-Za-z0-9][\w.-]*:[^-\s:][^\s]*$/.test(url)) return undefined
    return `${JSON.stringify(url)} is not the address of a git repository. ${forms}`
  }
  if (scheme === 'http') return `Over plain http anybody on the way could change the module: use https.`
  if (!['https', 'ssh', 'file'].includes(scheme)) {
    return `Of git's ways to reach a repository, https, ssh and file are taken, not "${scheme}".`
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || /\s/.test(url)) {
    return `${JSON.stringify(url)} is not the address of a git repository. ${forms}`
  }
  if (parsed.password !== '') {
    return 'The address holds a password, which would stand in the lock file. Give it to git: a credential helper or ssh.'
  }
  const isLocal = scheme === 'file'
  if (isLocal ? parsed.host !== '' || parsed.pathname === '/' : /^-|^$/.test(parsed.hostname)) {
    return `${JSON.stringify(url)} is not the address of a git repository. ${forms}`
  }
  return parsed.username.startsWith('-') ? `${JSON.stringify(parsed.username)} is not a user.` : undefined
}

function mistakeInDirectory(directory: string): string | undefined {
  if (directory === '') return undefined
  const isGood = directory.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  return isGood ? undefined : `"//${directory}" is not a directory inside of the repository.`
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)]
}

function wrong(detail: string): ModuleSource {
  return { kind: 'wrong', detail }
}
