import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  answerOf,
  type ConnectionPurpose,
  type OpenApiOperations,
} from 'backstage-plugin-m365-licenses-common';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import useMountedState from 'react-use/esm/useMountedState';
import { z } from 'zod';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { useLinks } from '../common/links';
import { errorMessage } from '../common/messages';
import { useNotify } from '../common/notify';
import { leaveFor } from './leave';

/** Whose sign-in at Microsoft: a tenant's, and for which of its credentials. */
export interface SignIn {
  tenant: string;
  purpose: ConnectionPurpose;
}

/** What Microsoft sent back, for the backend to redeem. */
type AuthorizationResponse =
  OpenApiOperations['completeAuthorization']['requestBody']['content']['application/json'];

const BEGUN = 'm365-licenses.signIn';
const begunSchema = z.object({
  tenant: z.string(),
  purpose: z.enum(['sync', 'reclamation']),
});

/** The sign-in that this browser tab left for, once. */
function takeBegun(): SignIn | undefined {
  const text = window.sessionStorage.getItem(BEGUN);
  window.sessionStorage.removeItem(BEGUN);
  try {
    return begunSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

function responseOf(text: string): AuthorizationResponse | undefined {
  const params = new URLSearchParams(text);
  const state = params.get('state');
  const code = params.get('code') ?? undefined;
  const error = params.get('error') ?? undefined;
  if (!state || (!code && !error)) {
    return undefined;
  }
  const errorDescription = params.get('error_description') ?? undefined;
  return { state, code, error, errorDescription };
}

/**
 * Begins a sign-in: asks the backend for the address at Microsoft and goes
 * there. Microsoft leads back to this tab.
 */
export function useBeginSignIn() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  const notify = useNotify();
  const [isPending, setPending] = useState(false);

  const begin = async (signIn: SignIn) => {
    const { tenant, purpose } = signIn;
    setPending(true);
    try {
      const { url } = await answerOf(
        client.POST('/tenants/{tenant}/connection/authorization', {
          params: { path: { tenant } },
          body: {
            purpose,
            redirectUri: `${window.location.origin}${links.connections()}`,
          },
        }),
      );
      window.sessionStorage.setItem(BEGUN, JSON.stringify(signIn));
      leaveFor(url);
    } catch (error) {
      notify({
        title: t('connections.authorizeFailed'),
        description: errorMessage(error),
        status: 'danger',
      });
    } finally {
      setPending(false);
    }
  };
  return { begin, isPending };
}

/**
 * Completes a sign-in when Microsoft led back here: takes what it sent from
 * the address, in its query or its fragment, and hands it to the backend once.
 *
 * @returns `isCompleting` from the first render on, so that nothing else is
 *   shown while the address holds the code
 */
export function useSignInReturn() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const notify = useNotify();
  const navigate = useNavigate();
  const isMounted = useMountedState();
  const { pathname, search, hash } = useLocation();
  const response = useMemo(
    () => responseOf(hash.slice(1)) ?? responseOf(search),
    [hash, search],
  );
  const [isHandedOver, setHandedOver] = useState(false);
  const [failure, setFailure] = useState<{
    message: string;
    begun: SignIn | undefined;
  }>();
  // Codes are used once, and effects run twice in React's strict mode.
  const taken = useRef<string>();

  useEffect(() => {
    if (!response || taken.current === response.state) {
      return;
    }
    taken.current = response.state;
    navigate({ pathname }, { replace: true });
    setHandedOver(true);
    setFailure(undefined);

    const complete = async () => {
      const begun = takeBegun();
      try {
        const { tenant } = await answerOf(
          client.POST('/authorization-responses', { body: response }),
        );
        notify({
          title: t('connections.signedIn', { tenant }),
          status: 'success',
        });
        // Not back to this tab, if the reader went to another meanwhile.
        if (isMounted()) {
          const query = new URLSearchParams({ tenant });
          navigate({ pathname, search: `?${query}` }, { replace: true });
        }
      } catch (error) {
        setFailure({ message: errorMessage(error), begun });
      } finally {
        setHandedOver(false);
      }
    };
    complete();
  }, [response, pathname, navigate, client, notify, isMounted, t]);

  return { isCompleting: response !== undefined || isHandedOver, failure };
}
