import { Card, CardBody, CardHeader, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './common.module.css';

/**
 * A part of a page, with its title.
 *
 * @param props.aside - stands at the end of the title's line
 */
export function Section(props: {
  title: string;
  /** The level of the title; below the name of what the page is about if absent. */
  level?: 'h2' | 'h3';
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Card>
      <CardHeader>
        <div className={styles.bar}>
          <Text as={props.level ?? 'h3'} variant="title-x-small" weight="bold">
            {props.title}
          </Text>
          {props.aside}
        </div>
      </CardHeader>
      <CardBody>{props.children}</CardBody>
    </Card>
  );
}

/** A number to take in at a glance, and what it is. */
export function Figure(props: {
  title: string;
  level?: 'h2' | 'h3';
  children: ReactNode;
}) {
  return (
    <Card>
      <CardHeader>
        <Text as={props.level ?? 'h3'} variant="body-medium" color="secondary">
          {props.title}
        </Text>
      </CardHeader>
      <CardBody>
        <div className={styles.stack}>{props.children}</div>
      </CardBody>
    </Card>
  );
}
