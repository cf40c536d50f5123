import { licenseReadPermission } from 'backstage-plugin-m365-licenses-common';
import type { ReactNode } from 'react';
import type { AsyncStateRetry } from 'react-use/esm/useAsyncRetry';
import { ErrorState, Loading } from './messages';

/**
 * What was asked for; while it is not there, a placeholder or why not. What was
 * shown stays in sight while it is read again.
 *
 * @param props.permission - that the request needs; to read licenses if absent
 * @param props.height - of what is coming, in pixels
 * @param props.skeleton - in place of one placeholder of that height
 */
export function Loaded<T>(props: {
  state: AsyncStateRetry<T>;
  permission?: string;
  height: number;
  skeleton?: ReactNode;
  children: (value: NonNullable<T>) => ReactNode;
}) {
  const { value, error, retry } = props.state;
  if (error) {
    return (
      <ErrorState
        error={error}
        permission={props.permission ?? licenseReadPermission.name}
        onRetry={retry}
      />
    );
  }
  if (value === undefined || value === null) {
    return <>{props.skeleton ?? <Loading height={props.height} />}</>;
  }
  return <>{props.children(value)}</>;
}
