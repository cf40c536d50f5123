import type { Knex } from 'knex';

/**
 * A condition that holds where `isConcealedName` says so of a column: the one
 * place that says the rule in SQL. It is spelled out, as SQLite has no regular
 * expressions and its `like` takes no notice of case.
 */
export function concealedNameSql(knex: Knex, column: string): Knex.Raw {
  return knex.raw(
    `(
      length(:column:) = 32
        and ltrim(:column:, '0123456789ABCDEF') = ''
      or substr(:column:, 1, 6) = '<PII:H'
        and substr(:column:, 7, 1) between '0' and '9'
        and ltrim(substr(:column:, 7), '0123456789') like '(%)>'
    )`,
    { column },
  );
}
