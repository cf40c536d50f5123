import { Alert, DialogBody, TextAreaField } from '@backstage/ui';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { FormDialogFooter } from './FormDialogFooter';
import { errorMessage } from './messages';
import styles from './common.module.css';

/**
 * A dialog's form between its header and the end: fields, and why it could not
 * be done.
 *
 * @param props.label - what sending it does
 * @param props.failed - what is said when that could not be done
 * @param props.isDisabled - there is nothing to send
 * @param props.onSubmit - does it, and closes the dialog; what it throws is shown
 */
export function DialogForm(props: {
  label: string;
  failed: string;
  isDisabled?: boolean;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const form = useId();
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setFailure(undefined);
    try {
      await props.onSubmit();
    } catch (error) {
      setFailure(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <>
      <DialogBody>
        <form id={form} onSubmit={submit} className={styles.list}>
          {props.children}
          {failure !== undefined && (
            <Alert
              role="alert"
              status="danger"
              icon
              title={props.failed}
              description={errorMessage(failure)}
            />
          )}
        </form>
      </DialogBody>
      <FormDialogFooter
        form={form}
        label={props.label}
        isPending={isPending}
        isDisabled={props.isDisabled}
      />
    </>
  );
}

/**
 * Why something is done, in a person's words, which is needed and kept.
 *
 * @param props.invalid - what is said of an empty or too long one
 */
export function ReasonField(props: {
  label: string;
  description?: string;
  invalid: string;
  value: string;
  onChange: (reason: string) => void;
}) {
  const { invalid, ...field } = props;
  return (
    <TextAreaField
      {...field}
      isRequired
      validate={text => (text.trim() !== '' && text.length <= 1000) || invalid}
    />
  );
}
