// A table of expressions: text in; value, or summary and marked text of the finding out.
export type Rows = readonly (readonly [text: string, expected: string])[]
