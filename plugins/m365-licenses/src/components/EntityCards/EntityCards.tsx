import {
  Card,
  CardBody,
  CardFooter,
  CardHeader,
  Link,
  Text,
} from '@backstage/ui';
import {
  DEFAULT_NAMESPACE,
  type Entity,
  isGroupEntity,
  isUserEntity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  identityApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { EntityRefLink, useEntity } from '@backstage/plugin-catalog-react';
import {
  type AccountDetail,
  accountReadPermission,
  ANNOTATION_USER_ID,
  ANNOTATION_USER_PRINCIPAL_NAME,
  answerOf,
  type EntityLicenses,
  type EntitySpend,
  type Money,
  type SpendUse,
} from 'backstage-plugin-m365-licenses-common';
import type { ReactNode } from 'react';
import useAsync from 'react-use/esm/useAsync';
import useAsyncRetry from 'react-use/esm/useAsyncRetry';
import { m365LicensesApiRef } from '../../api';
import { m365LicensesTranslationRef } from '../../translation';
import { formatMoney, formatNumber } from '../common/format';
import { HandBack } from '../common/HandBack';
import { LicenseUse, ServicesCounted } from '../common/LicenseUse';
import { useLinks } from '../common/links';
import { Loaded } from '../common/Loaded';
import { EmptyState, Loading } from '../common/messages';
import { Amounts, NotPriced } from '../common/money';
import { RelativeTime } from '../common/RelativeTime';
import { ReportDate, ServiceStrip } from '../common/Services';
import { ActivityStatusBadge } from '../common/StatusBadge';
import { UseMeter } from '../common/StatusMeter';
import { usePathWords } from '../common/usePathWords';
import { useGroupSpend } from './useGroupSpend';
import { RosterLink } from '../common/tabLinks';
import styles from '../common/common.module.css';

/** The Microsoft 365 licenses of a User entity, and when it last used any. @public */
export function UserLicensesCard() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <EntityCard kind="user" title={t('cards.licensesTitle')}>
      {(licenses, onChange) => (
        <UserLicenses licenses={licenses} onChange={onChange} />
      )}
    </EntityCard>
  );
}

/** The last activity of a User entity in each of the seven services. @public */
export function UserActivityCard() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <EntityCard kind="user" title={t('cards.activityTitle')}>
      {licenses =>
        licenses.accounts.map(({ detail }) => (
          <div key={detail.account.id} className={styles.list}>
            <ServiceStrip services={detail.services} />
            <ReportDate value={detail.reportRefreshDate} />
          </div>
        ))
      }
    </EntityCard>
  );
}

/** The licenses of a group's members, and who has not used theirs. @public */
export function GroupLicensesCard() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <EntityCard kind="group" title={t('cards.groupTitle')}>
      {licenses => <TeamLicenses licenses={licenses} />}
    </EntityCard>
  );
}

function EntityCard(props: {
  kind: 'user' | 'group';
  title: string;
  /** @param onChange - reads the licenses again */
  children: (licenses: EntityLicenses, onChange: () => void) => ReactNode;
}) {
  const { entity } = useEntity();
  const client = useApi(m365LicensesApiRef);
  const { kind } = props;
  const { name, namespace = DEFAULT_NAMESPACE } = entity.metadata;
  const state = useAsyncRetry(
    () =>
      answerOf(
        client.GET('/entities/{kind}/{namespace}/{name}', {
          params: { path: { kind, namespace, name } },
        }),
      ),
    [client, kind, namespace, name],
  );

  function content(licenses: EntityLicenses) {
    if (licenses.members === 0) {
      return <NoMembers />;
    }
    if (kind === 'user' && licenses.accounts.length === 0) {
      return <Unmatched entity={entity} />;
    }
    return props.children(licenses, state.retry);
  }

  return (
    <Card className={styles.readable}>
      <CardHeader>
        <Text as="h2" variant="title-x-small" weight="bold">
          {props.title}
        </Text>
      </CardHeader>
      <CardBody>
        <Loaded
          state={state}
          permission={accountReadPermission.name}
          height={160}
        >
          {content}
        </Loaded>
      </CardBody>
      {state.value && state.value.accounts.length > 0 && (
        <CardFooter>
          <CardLinks licenses={state.value} />
        </CardFooter>
      )}
    </Card>
  );
}

function CardLinks(props: { licenses: EntityLicenses }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const links = useLinks();
  const isOwn = useIsOwn();
  const { kind, accounts, entityRef } = props.licenses;
  if (kind === 'group') {
    const tenant = accounts.at(0)?.detail.tenant;
    return (
      <Link href={links.users({ tenant, group: entityRef })}>
        {t('cards.openUsers')}
      </Link>
    );
  }
  return (
    <div className={styles.caption}>
      {isOwn && (
        <Link href={links.myLicenses()}>{t('cards.openMyLicenses')}</Link>
      )}
      {accounts.map(({ detail: { tenant, account } }) => (
        <RosterLink
          key={`${tenant} ${account.id}`}
          href={links.account(
            account.id,
            `?${new URLSearchParams({ tenant })}`,
          )}
        >
          {t('cards.openAccount')}
        </RosterLink>
      ))}
    </div>
  );
}

function NoMembers() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  return (
    <EmptyState
      title={t('cards.groupEmptyTitle')}
      text={t('cards.groupEmptyText')}
    />
  );
}

/** Says by what an account was looked for, in the order that it is. */
function Unmatched(props: { entity: Entity }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { entity } = props;
  const annotation = [ANNOTATION_USER_ID, ANNOTATION_USER_PRINCIPAL_NAME].find(
    name => entity.metadata.annotations?.[name],
  );
  const email = isUserEntity(entity) ? entity.spec.profile?.email : undefined;
  let how: string = t('cards.byNothing');
  if (annotation) {
    how = t('cards.byAnnotation', {
      annotation,
      value: entity.metadata.annotations?.[annotation] ?? '',
    });
  } else if (email) {
    how = t('cards.byEmail', { email });
  }
  return (
    <EmptyState
      title={t('cards.unmatchedTitle')}
      text={t('cards.unmatchedText', {
        how,
        annotation: ANNOTATION_USER_PRINCIPAL_NAME,
      })}
    />
  );
}

/** Whether the entity is the person who is signed in. */
function useIsOwn(): boolean {
  const { entity } = useEntity();
  const identity = useApi(identityApiRef);
  const { value } = useAsync(() => identity.getBackstageIdentity(), [identity]);
  return value?.userEntityRef === stringifyEntityRef(entity);
}

/** The licenses of a user, which can be handed back by those who may. */
function UserLicenses(props: {
  licenses: EntityLicenses;
  onChange: () => void;
}) {
  const isOwn = useIsOwn();
  const { licenses, onChange } = props;
  return (
    <div className={styles.list}>
      {isOwn && <OpenQuestions />}
      {licenses.accounts.map(({ detail }) => (
        <AccountLicenses
          key={detail.account.id}
          detail={detail}
          onChange={onChange}
        />
      ))}
    </div>
  );
}

/** That one is asked about licenses, and the way to the answers. */
function OpenQuestions() {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const client = useApi(m365LicensesApiRef);
  const links = useLinks();
  // Where they cannot be read, the page of one's own licenses says why.
  const { value } = useAsync(
    () => answerOf(client.GET('/questions')),
    [client],
  );
  const count = value?.items.length ?? 0;
  return count > 0 ? (
    <Link href={links.myLicenses()}>{t('cards.openQuestions', { count })}</Link>
  ) : null;
}

function AccountLicenses(props: {
  detail: AccountDetail;
  onChange: () => void;
}) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const pathWords = usePathWords();
  const { detail, onChange } = props;
  const { tenant, account, services, mayHandBack, reportRefreshDate } = detail;
  return (
    <div className={styles.list}>
      {account.licenses.length === 0 ? (
        <Text as="p" color="secondary">
          {t('cards.noLicenses')}
        </Text>
      ) : (
        <ul className={styles.list}>
          {account.licenses.map(license => (
            <li key={license.skuId} className={styles.row}>
              <div className={styles.stack}>
                <span>{license.displayName}</span>
                <span className={styles.note}>
                  {license.paths.map(pathWords).join(', ')}
                </span>
                <span className={styles.note}>
                  {t('cards.counts')}{' '}
                  <ServicesCounted services={license.services} />
                </span>
                {license.annual && <CostOf annual={license.annual} />}
                {mayHandBack && (
                  <div>
                    <HandBack
                      tenant={tenant}
                      account={account}
                      license={license}
                      onDone={onChange}
                    />
                  </div>
                )}
              </div>
              <div className={styles.useBeside}>
                <LicenseUse use={license} services={services} />
              </div>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.caption}>
        <ActivityStatusBadge status={account.status} />
        <span>
          {t('cards.lastUse')}{' '}
          <RelativeTime
            value={account.lastActivityDate}
            fallback={t('common.never')}
          />
        </span>
        <ReportDate value={reportRefreshDate} />
      </div>
    </div>
  );
}

const formatAmounts = (amounts: Money[]) =>
  amounts.map(money => formatMoney(money)).join(', ');

/** What a license costs a year, for those who may know. */
function CostOf(props: { annual: Money[] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { annual } = props;
  if (annual.length === 0) {
    return <NotPriced />;
  }
  return (
    <span className={styles.note}>
      {t('cards.annual', { amount: formatAmounts(annual) })}
    </span>
  );
}

const UNUSED: SpendUse[] = ['inactive', 'neverActive'];

/** Seats by product with the groups below, and what those cost that nobody uses. */
function TeamSpend(props: { items: EntitySpend['items'] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { items } = props;
  return (
    <section className={styles.list}>
      <Text as="h3" weight="bold">
        {t('cards.seatsByProduct')}
      </Text>
      {items.map(({ tenant, total, skus }) => {
        const unused = total.seats
          .filter(({ use }) => UNUSED.includes(use))
          .reduce((sum, { seats }) => sum + seats, 0);
        const amount = formatAmounts(total.savings);
        return (
          <div key={tenant} className={styles.list}>
            {items.length > 1 && <Text weight="bold">{tenant}</Text>}
            <ul className={styles.list}>
              {skus.map(({ sku, part }) => (
                <li key={sku.skuId} className={styles.stack}>
                  <span className={styles.row}>
                    <span>{sku.displayName}</span>
                    <span className={`${styles.stack} ${styles.end}`}>
                      <Amounts amounts={part.annual} />
                    </span>
                  </span>
                  <UseMeter seats={part.seats} />
                </li>
              ))}
            </ul>
            <strong>
              {amount
                ? t('cards.unusedSeats', { count: unused, amount })
                : t('cards.unusedSeatsUnpriced', { count: unused })}
            </strong>
          </div>
        );
      })}
    </section>
  );
}

/**
 * Seats by product with their use and cost for those who may know; for others
 * and where it cannot be read, how many members hold each product.
 */
function TeamProducts(props: { accounts: EntityLicenses['accounts'] }) {
  const { allowed, spend } = useGroupSpend();
  const items = spend.value?.items.filter(({ skus }) => skus.length > 0) ?? [];
  if (items.length > 0) {
    return <TeamSpend items={items} />;
  }
  if (allowed && !spend.value && !spend.error) {
    return <Loading height={120} />;
  }
  return <Holders accounts={props.accounts} />;
}

function Holders(props: { accounts: EntityLicenses['accounts'] }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const holders = new Map<string, { name: string; count: number }>();
  for (const { detail } of props.accounts) {
    for (const { skuId, displayName } of detail.account.licenses) {
      const count = (holders.get(skuId)?.count ?? 0) + 1;
      holders.set(skuId, { name: displayName, count });
    }
  }
  const products = [...holders.entries()].sort(
    ([, one], [, other]) =>
      other.count - one.count || one.name.localeCompare(other.name),
  );
  if (products.length === 0) {
    return (
      <Text as="p" color="secondary">
        {t('cards.groupNoLicenses')}
      </Text>
    );
  }
  return (
    <section className={styles.list}>
      <Text as="h3" weight="bold">
        {t('cards.groupLicenses')}
      </Text>
      <ul className={styles.list}>
        {products.map(([skuId, { name, count }]) => (
          <li key={skuId} className={styles.row}>
            <span>{name}</span>
            <span className={styles.end}>{formatNumber(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function TeamLicenses(props: { licenses: EntityLicenses }) {
  const { t } = useTranslationRef(m365LicensesTranslationRef);
  const { entity } = useEntity();
  const { accounts, members, unmatchedMembers } = props.licenses;

  const unused = accounts.filter(
    ({ detail: { account } }) =>
      account.licenses.length > 0 &&
      (account.status === 'inactive' || account.status === 'neverActive'),
  );

  return (
    <div className={styles.list}>
      <div className={styles.caption}>
        <span>{t('cards.groupMembers', { count: members })}</span>
        {unmatchedMembers.length > 0 && isGroupEntity(entity) && (
          <span title={unmatchedMembers.join(', ')}>
            {t('cards.groupUnmatched', { count: unmatchedMembers.length })}
          </span>
        )}
        <ReportDate value={accounts.at(0)?.detail.reportRefreshDate} />
      </div>
      <div className={styles.columns}>
        <TeamProducts accounts={accounts} />
        {accounts.some(({ detail }) => detail.account.licenses.length > 0) && (
          <section className={styles.list}>
            <Text as="h3" weight="bold">
              {unused.length > 0
                ? t('cards.groupUnused', { count: unused.length })
                : t('cards.groupAllUsed')}
            </Text>
            <ul className={styles.list}>
              {unused.map(({ entityRef, detail: { account } }) => (
                <li key={account.id} className={styles.row}>
                  <EntityRefLink
                    entityRef={entityRef}
                    title={account.displayName}
                  />
                  <span className={styles.secondary}>
                    <ActivityStatusBadge status={account.status} />{' '}
                    {account.lastActivityDate && (
                      <>
                        ({t('cards.lastUse')}{' '}
                        <RelativeTime value={account.lastActivityDate} />)
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  );
}
