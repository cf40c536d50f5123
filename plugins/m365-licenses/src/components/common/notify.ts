import {
  alertApiRef,
  toastApiRef,
  useApiHolder,
} from '@backstage/frontend-plugin-api';
import { useCallback } from 'react';

/**
 * Tells the reader what became of something: as a toast, or as an alert in
 * portals of the older frontend system, which have no toasts.
 */
export function useNotify() {
  const apis = useApiHolder();
  return useCallback(
    (message: {
      title: string;
      description?: string;
      status: 'success' | 'warning' | 'danger';
    }) => {
      const { title, description, status } = message;
      const timeout = status === 'success' ? 5000 : undefined;
      const toast = apis.get(toastApiRef);
      if (toast) {
        toast.post({ title, description, status, timeout });
        return;
      }
      apis.get(alertApiRef)?.post({
        message: description ? `${title}: ${description}` : title,
        severity: status === 'danger' ? 'error' : status,
        display: timeout ? 'transient' : 'permanent',
      });
    },
    [apis],
  );
}
