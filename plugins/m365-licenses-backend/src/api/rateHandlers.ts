import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  type ExchangeRate,
  licenseReadPermission,
  termsUpdatePermission,
} from 'backstage-plugin-m365-licenses-common';
import { Decimal } from 'decimal.js';
import type { Stores } from '../database/types';
import type { Access } from './access';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';
import { currencyProblem, dayProblem } from './terms';

/** What the handlers of exchange rates call. */
export interface RateHandlerOptions {
  tenants: Tenants;
  stores: Pick<Stores, 'rates'>;
  access: Access;
  /** Who calls, a person or a service, as it is stored with what they change. */
  caller(credentials: BackstageCredentials): Promise<string>;
  now: () => Date;
}

/** What is wrong with a rate, each by its field. */
function problemsOf(
  { currency, rate, date }: ExchangeRate,
  { target, today }: { target: string | null; today: string },
): string[] {
  const problems: string[] = [];
  const notACurrency = currencyProblem(currency);
  if (notACurrency) {
    problems.push(`currency: ${notACurrency}`);
  } else if (currency === target) {
    problems.push(
      `currency: ${currency} is the currency to convert to, and needs no rate; remove this line`,
    );
  }
  if (new Decimal(rate).isZero()) {
    problems.push(
      `rate: ${rate} is not more than 0; enter what one ${currency} is worth`,
    );
  }
  const notADay = dayProblem(date);
  if (notADay) {
    problems.push(`date: ${notADay}`);
  } else if (date > today) {
    problems.push(
      `date: ${date} is in the future; enter the day on which the rate was read`,
    );
  }
  return problems;
}

/**
 * Brings what was entered into the form in which it is stored.
 *
 * @param today - YYYY-MM-DD
 * @throws InputError that names the place and field of everything wrong
 */
function readRates(
  { currency, rates }: { currency: string | null; rates: ExchangeRate[] },
  today: string,
) {
  const notACurrency =
    currency === null ? undefined : currencyProblem(currency);
  const problems = [
    ...(notACurrency ? [`currency: ${notACurrency}`] : []),
    ...rates.flatMap((rate, place) => {
      const first = rates.findIndex(other => other.currency === rate.currency);
      return [
        ...problemsOf(rate, { target: currency, today }),
        ...(first < place
          ? [
              `currency: ${rate.currency} has a rate in rates.${first} already; keep one of the two`,
            ]
          : []),
      ].map(problem => `rates.${place}.${problem}`);
    }),
  ];
  if (problems.length > 0) {
    throw new InputError(problems.join('; '));
  }
  return {
    currency,
    rates: rates.map(each => ({
      ...each,
      rate: new Decimal(each.rate).toFixed(),
    })),
  };
}

/** The operations on exchange rates, which people enter. */
export function createRateHandlers({
  tenants,
  stores,
  access,
  caller,
  now,
}: RateHandlerOptions): Pick<
  OperationHandlers,
  'getExchangeRates' | 'replaceExchangeRates'
> {
  return {
    getExchangeRates: {
      eventId: 'exchange-rates-fetch',
      severityLevel: 'low',
      handle: async ({ path, credentials }) => {
        await access.require(licenseReadPermission, credentials);
        const { name } = await tenants.readable(path.tenant);
        return { status: 200, body: await stores.rates.get(name) };
      },
    },

    replaceExchangeRates: {
      eventId: 'exchange-rates-update',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        await access.require(termsUpdatePermission, credentials);
        const { name } = await tenants.active(path.tenant);
        const at = now();
        const { currency, rates } = readRates(
          body,
          at.toISOString().slice(0, 10),
        );
        await stores.rates.replace(
          name,
          { currency, rates, revision: body.revision },
          { updatedBy: await caller(credentials), at },
        );
        return {
          status: 200,
          body: await stores.rates.get(name),
          audit: { currency, rates: rates.map(rate => ({ ...rate })) },
        };
      },
    },
  };
}
