import { createTranslationRef } from '@backstage/frontend-plugin-api';

/**
 * All texts of the form fields for templates.
 *
 * @public
 */
export const m365LicensesScaffolderTranslationRef = createTranslationRef({
  id: 'm365-licenses-scaffolder',
  messages: {
    account: {
      title: 'Account',
      placeholder: 'Name or user principal name',
      signInBlocked: 'sign-in blocked',
      noMatch:
        'No account begins like this. A user principal name that is not listed can be given in full.',
    },
    accounts: {
      title: 'Accounts',
      chosen: 'Chosen accounts',
    },
    licenses: {
      title: 'Licenses',
      chooseAccount: 'Choose an account to see its licenses.',
      noneHeld: '{{name}} holds no license.',
      onlyByGroup:
        'Groups grant all licenses of {{name}}: there is none to take back from the person.',
      allChosen_one: 'Nothing chosen: {{count, number}} license is taken back.',
      allChosen_other:
        'Nothing chosen: all {{count, number}} licenses that can be are taken back.',
      lastActivity: 'Last activity:',
      lastActivityUnknown: 'not known',
      direct: 'assigned directly',
      group: 'granted by group {{group}}',
      unknownAccount:
        'No account {{account}} has been read yet. All licenses that it holds directly will be taken back.',
    },
    ownLicenses: {
      noAccount:
        'No Microsoft 365 account of yours is known. Ask the administrators of this portal to match your user with your account.',
      noneHeld: 'You hold no license.',
      onlyByGroup:
        'Groups grant all of your licenses: there is none to hand back. Whoever owns the group can take you out of it.',
    },
    sku: {
      title: 'License',
      placeholder: 'Product name or part number',
      seats:
        '{{skuPartNumber}} · {{assigned, number}} of {{bought, number}} seats assigned',
    },
    tenant: {
      none: 'No Microsoft 365 tenant is configured.',
      several:
        'There are several tenants. Set ui:options.tenant of this field in the template to one of {{names}}.',
    },
  },
});
