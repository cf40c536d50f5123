import {
  Button,
  SearchField,
  Select,
  Tag,
  TagGroup,
  ToggleButton,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityDisplayName } from '@backstage/plugin-catalog-react';
import { RiFilterOffLine } from '@remixicon/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import useDebounce from 'react-use/esm/useDebounce';
import { m365LicensesTranslationRef } from '../../translation';
import type { UrlQuery } from './urlQuery';
import styles from './common.module.css';

/** The controls that narrow a list, and one to clear those that are set. */
export function Filters(props: {
  query: UrlQuery;
  names: string[];
  children: ReactNode;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { query, names } = props;
  const isFiltered = names.some(name => query.get(name) !== undefined);
  return (
    <div role="search" aria-label={t('common.filters')}>
      <div className={styles.filters}>
        {props.children}
        {isFiltered && (
          <Button
            variant="tertiary"
            iconStart={<RiFilterOffLine />}
            onPress={() =>
              query.filter(
                Object.fromEntries(names.map(name => [name, undefined])),
              )
            }
          >
            {t('common.clearFilters')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Search text, written to the address once the reader pauses typing. */
export function SearchFilter(props: {
  query: UrlQuery;
  label: string;
  placeholder: string;
}) {
  const { query } = props;
  const chosen = query.get('text') ?? '';
  const [text, setText] = useState(chosen);
  const written = useRef(chosen);

  // Follows the address when something else changed it, such as clearing.
  useEffect(() => {
    if (chosen !== written.current) {
      written.current = chosen;
      setText(chosen);
    }
  }, [chosen]);

  useDebounce(
    () => {
      const wanted = text.trim();
      if (wanted !== written.current) {
        written.current = wanted;
        query.filter({ text: wanted });
      }
    },
    300,
    [text],
  );

  return (
    <SearchField
      className={styles.search}
      label={props.label}
      placeholder={props.placeholder}
      value={text}
      onChange={setText}
    />
  );
}

const ANY = 'any';

/** One choice of several, or any. */
export function SelectFilter(props: {
  query: UrlQuery;
  name: string;
  label: string;
  options: { value: string; label: string }[];
  /** What choosing nothing is called; "Any" if absent. */
  anyLabel?: string;
  searchable?: boolean;
  /** Filters that mean nothing without this one: cleared with it. */
  dependents?: string[];
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { query, name, options, dependents = [] } = props;
  const chosen = query.get(name);
  return (
    <Select
      className={styles.filter}
      label={props.label}
      search={props.searchable || undefined}
      options={[
        { value: ANY, label: props.anyLabel ?? t('common.any') },
        ...options,
      ]}
      value={chosen ?? ANY}
      onChange={value =>
        query.filter(
          value === ANY
            ? Object.fromEntries(
                [name, ...dependents].map(cleared => [cleared, undefined]),
              )
            : { [name]: String(value) },
        )
      }
    />
  );
}

/**
 * The choices side by side, with how many there are of each; pressing the
 * chosen one chooses nothing.
 */
export function FilterChips(props: {
  query: UrlQuery;
  name: string;
  label: string;
  chips: { value: string; label: ReactNode }[];
}) {
  const { query, name } = props;
  const chosen = query.get(name);
  return (
    <div role="group" aria-label={props.label} className={styles.tags}>
      {props.chips.map(({ value, label }) => (
        <ToggleButton
          key={value}
          isSelected={value === chosen}
          onChange={isSelected =>
            query.filter({ [name]: isSelected ? value : undefined })
          }
        >
          {label}
        </ToggleButton>
      ))}
    </div>
  );
}

/** The catalog group that a link narrowed the list to, and the way to drop it. */
export function GroupFilter(props: { query: UrlQuery }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { query } = props;
  const group = query.get('group');
  if (!group) {
    return null;
  }
  return (
    <TagGroup
      aria-label={t('common.group')}
      onRemove={() => query.filter({ group: undefined })}
    >
      <Tag id={group} textValue={group}>
        <span>
          {t('common.group')}:{' '}
          <EntityDisplayName entityRef={group} hideIcon disableTooltip />
        </span>
      </Tag>
    </TagGroup>
  );
}
