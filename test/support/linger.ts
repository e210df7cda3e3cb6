import { change } from './seed-town.ts'

/** Makes every chunk of a table take so many seconds, without work for anybody. */
export async function lingerOverChunks(url: string, table: string, seconds: number): Promise<void> {
  await change(
    url,
    `create function linger() returns trigger language plpgsql as
       'begin perform pg_sleep(${seconds}); return null; end';
     create trigger linger before insert on ${table}
       for each statement execute function linger()`,
  )
}

/** From now on chunks take no longer than they must. */
export async function hurry(url: string): Promise<void> {
  await change(
    url,
    `create or replace function linger() returns trigger language plpgsql as
       'begin return null; end'`,
  )
}

/** Makes every index take so many seconds more to be built. */
export async function lingerOverIndexes(url: string, seconds: number): Promise<void> {
  await change(
    url,
    `create function dwell() returns event_trigger language plpgsql as
       'begin perform pg_sleep(${seconds}); end';
     create event trigger dwell on ddl_command_start when tag in ('CREATE INDEX')
       execute function dwell()`,
  )
}
