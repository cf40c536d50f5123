import { screen } from '@testing-library/react';
import { daysAgo, services } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicenseUse } from './LicenseUse';

describe('LicenseUse', () => {
  // Exchange 5 days ago, Teams 6, OneDrive 12, Outlook 5, SharePoint 40.
  it.each([
    [
      'the last use by all services that had it',
      'active',
      ['exchange', 'teams', 'outlook'],
      daysAgo(5),
      'Activeby Exchange, Outlook, 5 days ago',
    ],
    [
      'only the services that count',
      'inactive',
      ['sharePoint'],
      daysAgo(40),
      'Inactiveby SharePoint, 1 month ago',
    ],
    [
      'no activity',
      'neverActive',
      ['exchange'],
      null,
      'Never activeNo activity known in its services',
    ],
    [
      'grace',
      'inGrace',
      ['exchange'],
      null,
      'In graceAssigned not long ago; no activity yet',
    ],
    [
      'that nothing is observed',
      'notMeasurable',
      [],
      null,
      'Not measurableNone of its services is observed',
    ],
    [
      'that the report says nothing',
      'unknown',
      ['exchange'],
      daysAgo(5),
      'UnknownThe activity report is missing, too old, or conceals the names',
    ],
  ] as const)('says %s', async (_, status, counted, date, words) => {
    renderPage(
      <div data-testid="use">
        <LicenseUse
          use={{ status, services: [...counted], lastActivityDate: date }}
          services={services()}
        />
      </div>,
    );
    expect(await screen.findByTestId('use')).toHaveTextContent(words);
  });
});
