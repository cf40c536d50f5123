import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Text,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { m365LicensesTranslationRef } from '../../translation';
import styles from './common.module.css';

/**
 * A button for what is done on purpose only: it asks first, saying what happens.
 *
 * @param props.isHarmless - what it does takes nothing from anybody
 * @param props.onConfirm - does it, and says itself what became of it
 */
export function ConfirmButton(props: {
  label: string;
  /** What the button does to which of several; its label if absent. */
  ariaLabel?: string;
  title: string;
  text: string;
  isHarmless?: boolean;
  onConfirm: () => Promise<void>;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const [isOpen, setOpen] = useState(false);
  const [isPending, setPending] = useState(false);

  const confirm = async () => {
    setPending(true);
    await props.onConfirm();
    setPending(false);
    setOpen(false);
  };

  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button size="small" variant="secondary" aria-label={props.ariaLabel}>
        {props.label}
      </Button>
      <Dialog className={styles.readable}>
        <DialogHeader>{props.title}</DialogHeader>
        <DialogBody>
          <Text as="p">{props.text}</Text>
        </DialogBody>
        <DialogFooter>
          <Button size="small" variant="secondary" slot="close">
            {t('common.cancel')}
          </Button>
          <Button
            size="small"
            variant="primary"
            destructive={!props.isHarmless}
            isPending={isPending}
            onPress={confirm}
          >
            {props.label}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
