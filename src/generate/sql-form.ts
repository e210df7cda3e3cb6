/**
 * How the server can compute a column by itself: *other* values than the generator's own, drawn by
 * `random()`, from the same range and with the same distribution. Plain data; whoever writes the
 * statement quotes the values and casts them to the column's type.
 *
 * | Generator                       | Form                                                      |
 * | ------------------------------- | --------------------------------------------------------- |
 * | `intPrimaryKey`                 | `counted`                                                 |
 * | `default`                       | `choice` of one value                                     |
 * | `words`, `pool`                 | `choice`                                                  |
 * | `valuesFromArray`               | `choice`, with its weights                                |
 * | `int`, `decimal`, `boolean`     | `draw`                                                    |
 * | `date`, `timestamp`             | `draw`                                                    |
 * | `uuid`                          | `draw`                                                    |
 * | `reference`                     | `draw`, where the parent's column is `counted`            |
 * | `nullable`                      | `nullable`, where what it wraps has a form                |
 * | `int` and others with isUnique  | none: SQL has no permutation                              |
 * | `template`, `templates`         | none: their columns go together, and are unique as a rule |
 * | `group`                         | none: its columns go together                             |
 * | `faker`                         | none: JavaScript                                          |
 * | `sumOf`, `ofParent`             | none: they follow from how children are shared out        |
 * | `createGenerator`               | what its author gives                                     |
 */
export type SqlForm = CountedForm | DrawForm | ChoiceForm | NullableForm

/** The value of row n is `start + n`: the only form that others can refer to. */
export interface CountedForm {
  readonly kind: 'counted'
  readonly start: number
}

/** An expression that gives another value whenever it is asked. */
export interface DrawForm {
  readonly kind: 'draw'
  /**
   * SQL over {@link rowNumber}, a bigint. Of the type of the generator's vector: a bigint or
   * numeric, boolean, date, uuid or text; for `timestamp` with time zone.
   */
  readonly sql: string
}

/** One of some values, with equal chances unless there are weights. */
export interface ChoiceForm {
  readonly kind: 'choice'
  /** At least one; words for a dictionary, else what Drizzle's insert takes. */
  readonly values: readonly unknown[]
  /** One a value, from 0, at least one above; need not add up to 1. */
  readonly weights?: readonly number[]
}

/** NULL in a share of the rows. */
export interface NullableForm {
  readonly kind: 'nullable'
  /** From 0 to 1. */
  readonly rate: number
  readonly form: SqlForm
}

/** What the row's number, counted from 0, is called in a form's SQL. */
export const rowNumber = 'n'

/**
 * SQL for a whole number, uniformly from 0 to `count - 1`, as a bigint.
 *
 * @param count - a number below 2^53, or SQL for one
 * @example
 * drawBelow(6) // 'floor(random() * 6)::int8'
 */
export function drawBelow(count: number | string): string {
  return `floor(random() * ${count})::int8`
}

/** Whether two columns with this form would get two values where they should share one. */
export function isDrawn(form: SqlForm): boolean {
  return form.kind !== 'counted' && (form.kind !== 'choice' || form.values.length > 1)
}
