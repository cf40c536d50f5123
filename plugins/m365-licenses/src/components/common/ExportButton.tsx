import { Button } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiDownload2Line } from '@remixicon/react';
import { useEffect, useRef, useState } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import { type CsvColumn, toCsv } from './csv';
import { errorMessage } from './messages';
import { useNotify } from './notify';

/** A page of what is exported, as the list endpoints answer. */
export interface ExportPage<T> {
  items: T[];
  totalItems: number;
  nextCursor?: string;
}

/** How many rows an export asks for at once: the most that a list answers. */
export const EXPORT_LIMIT = 500;

function download(parts: string[], name: string) {
  const url = URL.createObjectURL(
    new Blob(parts, { type: 'text/csv;charset=utf-8' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * Writes everything that the filters leave, page by page, as a CSV file.
 *
 * @param props.name - the file's name, without ending
 * @param props.label - what it is called; "Export CSV" if absent
 * @param props.getPage - reads the page of a cursor, or the first
 */
export function ExportButton<T>(props: {
  name: string;
  columns: CsvColumn<T>[];
  getPage: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<ExportPage<T>>;
  isDisabled?: boolean;
  label?: string;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const notify = useNotify();
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    const controller = new AbortController();
    running.current = controller;
    const parts: string[] = [];
    let done = 0;
    let cursor: string | undefined;
    setProgress({ done, total: 0 });
    try {
      do {
        const page = await props.getPage(cursor, controller.signal);
        controller.signal.throwIfAborted();
        parts.push(
          toCsv(props.columns, page.items, { isFirst: parts.length === 0 }),
        );
        done += page.items.length;
        cursor = page.nextCursor;
        setProgress({ done, total: page.totalItems });
      } while (cursor);
      const day = new Date().toISOString().slice(0, 10);
      download(parts, `${props.name}-${day}.csv`);
      notify({ title: t('export.done', { count: done }), status: 'success' });
    } catch (error) {
      if (!controller.signal.aborted) {
        notify({
          title: t('export.failed'),
          description: errorMessage(error),
          status: 'danger',
        });
      }
    } finally {
      setProgress(undefined);
    }
  };

  return progress ? (
    <Button variant="secondary" onPress={() => running.current?.abort()}>
      {t('export.stop', progress)}
    </Button>
  ) : (
    <Button
      variant="secondary"
      iconStart={<RiDownload2Line />}
      isDisabled={props.isDisabled}
      onPress={run}
    >
      {props.label ?? t('export.button')}
    </Button>
  );
}
