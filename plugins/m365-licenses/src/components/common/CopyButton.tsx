import { ButtonIcon } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiFileCopyLine } from '@remixicon/react';
import { useEffect } from 'react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import { m365LicensesTranslationRef } from '../../translation';
import { useNotify } from './notify';

/**
 * Copies a text, also in portals of plain http, and says whether it could.
 *
 * @param props.label - what it copies, for screen readers
 */
export function CopyButton(props: { text: string; label: string }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const notify = useNotify();
  const [result, copy] = useCopyToClipboard();

  useEffect(() => {
    if (result.error) {
      notify({
        title: t('common.copyFailed'),
        description: t('common.copyFailedDo'),
        status: 'warning',
      });
    } else if (result.value && result.noUserInteraction) {
      notify({ title: t('common.copied'), status: 'success' });
    }
  }, [result, notify, t]);

  return (
    <ButtonIcon
      size="small"
      variant="tertiary"
      icon={<RiFileCopyLine />}
      aria-label={props.label}
      onPress={() => copy(props.text)}
    />
  );
}
