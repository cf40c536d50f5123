import { useSignal } from '@backstage/plugin-signals-react';
import type { Reclamation } from 'backstage-plugin-m365-licenses-common';
import { useEffect } from 'react';
import useInterval from 'react-use/esm/useInterval';

const CHANNEL = 'm365-licenses:reclamations';
/** How often a plan that is being carried out is looked at. */
const POLL_MS = 3000;

/** Whether the backend works on a plan, or waits for people's answers. */
export const isMoving = ({ status }: Reclamation) =>
  status === 'asking' || status === 'scheduled' || status === 'running';

/**
 * Tells when plans may have changed: on the backend's signals, and every few
 * seconds while one runs. Portals without signals look as often at those that
 * wait.
 *
 * @param options.reclamationId - of this plan alone; of all if absent
 * @param options.shown - the plans in sight
 * @param options.onChange - one may have changed; the same function each time
 */
export function useProgress(options: {
  tenant: string;
  reclamationId?: string;
  shown: Reclamation[];
  onChange: () => void;
}) {
  const { tenant, reclamationId, shown, onChange } = options;
  const { lastSignal, isSignalsAvailable } = useSignal(CHANNEL);

  useEffect(() => {
    if (
      lastSignal?.tenant === tenant &&
      (!reclamationId || lastSignal.reclamationId === reclamationId)
    ) {
      onChange();
    }
  }, [lastSignal, tenant, reclamationId, onChange]);

  const isPolled = shown.some(
    reclamation =>
      reclamation.status === 'running' ||
      (!isSignalsAvailable && isMoving(reclamation)),
  );
  useInterval(onChange, isPolled ? POLL_MS : null);
}
