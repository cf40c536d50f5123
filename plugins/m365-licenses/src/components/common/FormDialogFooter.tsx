import { Button, DialogFooter } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { m365LicensesTranslationRef } from '../../translation';

/**
 * The end of a dialog with a form: do not, or do what the form is for.
 *
 * @param props.form - the id of the form
 * @param props.label - what sending it does
 * @param props.isDisabled - there is nothing to send
 */
export function FormDialogFooter(props: {
  form: string;
  label: string;
  isPending: boolean;
  isDisabled?: boolean;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <DialogFooter>
      <Button size="small" variant="secondary" slot="close">
        {t('common.cancel')}
      </Button>
      <Button
        size="small"
        variant="primary"
        type="submit"
        form={props.form}
        isPending={props.isPending}
        isDisabled={props.isDisabled}
      >
        {props.label}
      </Button>
    </DialogFooter>
  );
}
