import {
  license,
  statuses,
  subscription,
  term,
  TODAY,
} from './__testUtils__/licenses';
import { reconcile } from './reconciliation';

const priced = term({ subscriptionId: 'a' });

function differences(
  ...[of, terms]: [Parameters<typeof license>[0], ReturnType<typeof term>[]?]
) {
  return reconcile(license(of), terms ?? [priced], TODAY).differences;
}

describe('reconcile', () => {
  it('finds no difference where all fits together', () => {
    expect(reconcile(license(), [priced], TODAY)).toEqual({
      skuEnabled: 100,
      skuConsumed: 80,
      subscriptions: 100,
      accounts: 80,
      entered: 100,
      differences: [],
    });
  });

  it('says what is not known, and compares nothing with it', () => {
    expect(
      reconcile(
        license({ trial: null, subscriptions: [] }),
        [term({ expirationDate: TODAY })],
        TODAY,
      ),
    ).toMatchObject({ subscriptions: null, entered: null, differences: [] });
  });

  it('explains seats by subscriptions that are not enabled', () => {
    const found = differences(
      {
        bought: 100,
        subscriptions: [
          subscription({ totalLicenses: 80 }),
          subscription({ id: 'b', totalLicenses: 20, status: 'Warning' }),
          subscription({ id: 'c', totalLicenses: 1, status: 'Suspended' }),
        ],
      },
      [],
    );
    expect(found).toEqual([
      {
        between: ['skuEnabled', 'subscriptions'],
        message:
          'Microsoft lists 100 seats of this license, and its enabled subscriptions add up to 80 seats. Of its subscriptions, subscription b of 20 seats is in warning (past its end date, and still usable for a while); subscription c of 1 seat is suspended (nobody can use it any more, the data is still kept).',
      },
    ]);
  });

  it('says to look again where nothing explains the seats', () => {
    const [{ message }] = differences(
      { subscriptions: [subscription({ totalLicenses: 90 })] },
      [],
    );
    expect(message).toContain('if they still differ tomorrow');
  });

  it('finds more assigned than bought', () => {
    const over = { assigned: 130, statuses: statuses({ active: 130 }) };
    const [plain] = differences(over);
    expect(plain.between).toEqual(['skuEnabled', 'skuConsumed']);
    expect(plain.message).toContain(
      '130 seats assigned, 30 more than the 100 bought',
    );
    expect(plain.message).toContain('A subscription shrank or ended');
    const [lapsing] = differences({ ...over, warning: 20, suspended: 10 });
    expect(lapsing.message).toContain(
      'Microsoft lists 20 seats in warning and 10 seats suspended',
    );
  });

  it('compares what Microsoft counts with the roster', () => {
    const between = ['skuConsumed', 'accounts'];
    expect(differences({ assigned: 82 })).toEqual([
      { between, message: expect.stringContaining('run Application Roster') },
    ]);
    expect(differences({ assigned: 79 })).toEqual([
      {
        between,
        message: expect.stringContaining(
          'Licenses by group that are still being processed',
        ),
      },
    ]);
    expect(
      differences({
        appliesTo: 'Company',
        assigned: 1,
        statuses: statuses({}),
      }),
    ).toEqual([]);
  });

  it('compares the quantity entered with the seats bought', () => {
    const entered = (quantity: number, of = {}) =>
      differences(of, [term({ quantity })]);
    const between = ['skuEnabled', 'entered'];
    expect(entered(90)).toEqual([
      {
        between,
        message: expect.stringMatching(
          /for 90 seats, and Microsoft lists 100\. Seats were bought since/,
        ),
      },
    ]);
    expect(entered(110)).toEqual([
      {
        between,
        message: expect.stringContaining('Seats were given up since'),
      },
    ]);
    expect(entered(110, { warning: 10 })).toEqual([
      {
        between,
        message: expect.stringContaining(
          '10 seats of it are in warning or suspended',
        ),
      },
    ]);
    expect(
      entered(110, {
        status: 'Deleted',
        bought: 0,
        assigned: 0,
        statuses: statuses({}),
        subscriptions: [],
      }),
    ).toEqual([{ between, message: expect.stringContaining('end its terms') }]);
  });

  it('compares each subscription with the terms that name it', () => {
    const subscriptions = [
      subscription({ totalLicenses: 60 }),
      subscription({ id: 'b', totalLicenses: 40 }),
    ];
    const named = (a: number, id: string, b: number) => [
      term({ subscriptionId: 'a', quantity: a }),
      term({ subscriptionId: id, quantity: b }),
    ];
    const between = ['subscriptions', 'entered'];
    expect(differences({ subscriptions }, named(60, 'b', 40))).toEqual([]);
    expect(differences({ subscriptions }, named(50, 'b', 50))).toEqual([
      {
        between,
        message: expect.stringContaining(
          'subscription a are for 50 seats, and it has 60',
        ),
      },
      {
        between,
        message: expect.stringContaining(
          'subscription b are for 50 seats, and it has 40',
        ),
      },
    ]);
    expect(differences({ subscriptions }, named(60, 'z', 40))).toEqual([
      {
        between,
        message: expect.stringContaining(
          'names the subscription z, which Microsoft does not list',
        ),
      },
    ]);
    expect(
      differences(
        {
          bought: 60,
          assigned: 50,
          statuses: statuses({ active: 50 }),
          subscriptions: [
            subscriptions[0],
            subscription({ id: 'b', totalLicenses: 40, status: 'Suspended' }),
          ],
        },
        named(60, 'b', 0),
      ),
    ).toEqual([
      {
        between,
        message: expect.stringContaining(
          'its subscription b of 40 seats is suspended',
        ),
      },
    ]);
  });
});
