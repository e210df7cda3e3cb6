import { countsUp } from '../model/keys.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { quoteLiteral } from '../postgres/literal.ts'
import { sequenceOf } from '../postgres/sequence.ts'
import type { Target } from '../write/target.ts'
import type { ExportFile } from './file-names.ts'
import type { ExportFormat, FileForm } from './format.ts'
import { loadSettings, loadVariable } from './transaction-alone.ts'

export const scriptName = 'load.sql'

/** What goes into a script: tables in the order of loading, and their files. */
export interface LoadContent {
  readonly targets: readonly Target[]
  readonly files: readonly ExportFile[]
}

/**
 * A script for psql that loads an export as a run would: parents before children, all in one
 * transaction, with sequences behind the largest key and fresh statistics.
 */
export function loadScript(content: LoadContent, form: FileForm): string {
  const { targets } = content
  const tables = targets.filter(({ table }) => table.toLoad.count > 0)
  const late = refersToLater(targets)
  return [
    '-- Loads what is beside it. In this folder:',
    `--   psql -X -f ${scriptName} "$DATABASE_URL"`,
    '',
    '\\set ON_ERROR_STOP on',
    '\\set ON_ERROR_ROLLBACK off',
    `\\set ${loadVariable} on`,
    'begin;',
    loadSettings,
    ...(tables.length > 0 ? [refuseRows(tables)] : []),
    ...(late ? [openCircles(targets)] : []),
    ...targets.flatMap((target, position) => loadTable(content, form, { target, position })),
    ...(late ? [closeCircles] : []),
    ...setSequences(tables),
    ...tables.map((target) => `analyze ${nameOf(target)};`),
    'commit;',
    `\\unset ${loadVariable}`,
    '',
  ].join('\n')
}

/** Whether a table refers to one that is loaded after it. */
function refersToLater(targets: readonly Target[]): boolean {
  const keys = targets.map(({ table }) => table.model.key)
  return targets.some(({ table }, position) =>
    table.model.foreignKeys.some(({ parent }) => keys.indexOf(parent) > position),
  )
}

function loadTable(
  { files }: LoadContent,
  form: FileForm,
  { target, position }: { readonly target: Target; readonly position: number },
): readonly string[] {
  const { count } = target.table.toLoad
  if (count === 0) return []
  const title = `\\echo ${psqlQuoted(target.table.model.key)}`
  if (target.columns.length === 0) {
    return [title, `insert into ${nameOf(target)} select from generate_series(1, ${count});`, '']
  }
  const own = files.filter((file) => file.position === position)
  return [title, ...own.flatMap(({ name }) => loadFile(target, form, name)), '']
}

function loadFile(target: Target, { format, gzip }: FileForm, file: string): readonly string[] {
  if (format === 'sql') {
    if (!gzip) return [`\\ir ${file}`]
    // psql reads statements from no program. A file that is broken leaves none behind.
    const plain = file.replace(/\.gz$/, '')
    return [`\\! gzip -dkf ${file}`, `\\i ${plain}`, `\\! rm -f ${plain}`]
  }
  const columns = target.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const source = gzip ? `program 'gzip -dc ${file}'` : `'${file}'`
  return [`\\copy ${nameOf(target)} (${columns}) from ${source} with (${copyOptions[format]})`]
}

const copyOptions: Readonly<Record<Exclude<ExportFormat, 'sql'>, string>> = {
  csv: 'format csv, header true',
  copy: 'format text',
  binary: 'format binary',
  jsonl: '',
}

function refuseRows(tables: readonly Target[]): string {
  return doBlock(`declare
  loaded regclass;
  is_empty boolean;
begin
  foreach loaded in array array[${namesOf(tables)}]::regclass[] loop
    execute format('select not exists (select 1 from %s)', loaded) into is_empty;
    if not is_empty then
      raise exception 'The table % holds rows', loaded
        using hint = 'Empty it first, or load into another database.';
    end if;
  end loop;
end`)
}

/** What a run does as well: see withoutCircles. */
function openCircles(targets: readonly Target[]): string {
  return `-- Foreign keys to tables that come later are deferred, or else dropped and put back.
with loaded as (
  select name::regclass as id, place
  from unnest(array[${namesOf(targets)}]) with ordinality as listed (name, place)
), late as (
  select c.oid, c.conname, c.condeferrable, c.conrelid::regclass as child, n.nspname
  from pg_constraint c
  join pg_namespace n on n.oid = c.connamespace
  join loaded child on child.id = c.conrelid
  join loaded parent on parent.id = c.confrelid
  where c.contype = 'f' and c.conparentid = 0 and child.place < parent.place
)
select
  coalesce(string_agg(case
    when condeferrable then format('set constraints %I.%I deferred;', nspname, conname)
    else format('alter table %s drop constraint %I;', child, conname)
  end, E'\\n'), '') as downpour_open,
  coalesce(string_agg(
    format('alter table %s add constraint %I %s;', child, conname, pg_get_constraintdef(oid)) ||
      coalesce(E'\\n' || format('comment on constraint %I on %s is %L;', conname, child,
        obj_description(oid, 'pg_constraint')), ''),
    E'\\n') filter (where not condeferrable), '') as downpour_close
from late \\gset
:downpour_open
`
}

const closeCircles = `set constraints all immediate;
:downpour_close
`

/** Keys that are given do not advance it. It is never moved back, nor where no row is. */
function setSequences(tables: readonly Target[]): readonly string[] {
  const keys = tables.flatMap((target) =>
    target.table.model.columns
      .filter((column) => countsUp(target.table.model, column))
      .map(({ name }) => `(${quoteLiteral(nameOf(target))}, ${quoteLiteral(name)})`),
  )
  if (keys.length === 0) return []
  return [
    '-- The next key comes after the largest one.',
    doBlock(`declare
  key record;
begin
  for key in
    select a.attrelid::regclass as loaded, a.attname,
      ${sequenceOf('a.attrelid', 'a.attnum')}::regclass as sequence
    from (values
      ${keys.join(',\n      ')}
    ) as listed (loaded, name)
    join pg_attribute a on a.attrelid = listed.loaded::regclass and a.attname = listed.name
  loop
    continue when key.sequence is null;
    execute format(
      'select setval($1, greatest(max(%1$I), (select last_value from %2$s))) from %3$s having max(%1$I) is not null',
      key.attname, key.sequence, key.loaded) using key.sequence;
  end loop;
end`),
  ]
}

/** In quotes that no name inside of it ends. */
function doBlock(body: string): string {
  let quote = '$downpour$'
  while (body.includes(quote)) quote = quote.replace(/\$$/, '_$')
  return `do ${quote}\n${body} ${quote};\n`
}

function namesOf(targets: readonly Target[]): string {
  return targets.map((target) => quoteLiteral(nameOf(target))).join(', ')
}

function nameOf({ table }: Target): string {
  return quoteTable(table.model.schema, table.model.name)
}

/** A word of a psql command, in which a backslash begins an escape: a table's key is any text. */
function psqlQuoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll(/[\r\n]/g, ' ')}'`
}
