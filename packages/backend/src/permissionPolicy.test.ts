import {
  AuthorizeResult,
  createPermission,
} from '@backstage/plugin-permission-common';
import type { PolicyQueryUser } from '@backstage/plugin-permission-node';
import {
  accountConditions,
  createAccountConditionalDecision,
} from 'backstage-plugin-m365-licenses-backend';
import {
  accountReadPermission,
  m365LicensesPermissions,
  reclamationExecutePermission,
} from 'backstage-plugin-m365-licenses-common';
import {
  LICENSE_ADMINISTRATORS,
  LICENSE_APPROVERS,
  PortalPermissionPolicy,
  TEAM_LEADS,
} from './permissionPolicy';

const memberOf = (...groups: string[]): PolicyQueryUser => {
  const userEntityRef = 'user:default/somebody';
  return {
    credentials: {
      $$type: '@backstage/BackstageCredentials',
      principal: { type: 'user', userEntityRef },
    },
    info: { userEntityRef, ownershipEntityRefs: [userEntityRef, ...groups] },
  };
};

const policy = new PortalPermissionPolicy();

describe('PortalPermissionPolicy', () => {
  it.each(m365LicensesPermissions)(
    'gives $name to license administrators, and to nobody who is not concerned',
    async permission => {
      const decide = (user?: PolicyQueryUser) =>
        policy.handle({ permission }, user);

      expect(await decide(memberOf(LICENSE_ADMINISTRATORS))).toEqual({
        result: AuthorizeResult.ALLOW,
      });
      expect(await decide(memberOf('group:default/finance'))).toEqual({
        result: AuthorizeResult.DENY,
      });
      expect(await decide(undefined)).toEqual({ result: AuthorizeResult.DENY });
    },
  );

  it('lets license approvers read and approve, and nothing else', async () => {
    const allowed: string[] = [];
    for (const permission of m365LicensesPermissions) {
      const { result } = await policy.handle(
        { permission },
        memberOf(LICENSE_APPROVERS),
      );
      if (result === AuthorizeResult.ALLOW) {
        allowed.push(permission.name);
      }
    }
    expect(allowed).toEqual([
      'm365-licenses.account.read',
      'm365-licenses.roster.read',
      'm365-licenses.license.read',
      'm365-licenses.reclamation.read',
      'm365-licenses.reclamation.approve',
    ]);
  });

  it('shows team leads the members of groups that they own, and nothing else', async () => {
    const lead = memberOf(TEAM_LEADS, 'group:default/platform');
    const decisions = new Map(
      await Promise.all(
        m365LicensesPermissions.map(
          async permission =>
            [permission, await policy.handle({ permission }, lead)] as const,
        ),
      ),
    );
    expect(
      [...decisions].flatMap(([{ name }, { result }]) =>
        result === AuthorizeResult.DENY ? [] : [[name, result]],
      ),
    ).toEqual([
      ['m365-licenses.account.read', AuthorizeResult.CONDITIONAL],
      ['m365-licenses.roster.read', AuthorizeResult.ALLOW],
    ]);
    expect(decisions.get(accountReadPermission)).toEqual(
      createAccountConditionalDecision(
        accountReadPermission,
        accountConditions.inOwnedGroup({
          owners: [
            'user:default/somebody',
            TEAM_LEADS,
            'group:default/platform',
          ],
        }),
      ),
    );
    // Who administers as well sees everybody.
    expect(
      await policy.handle(
        { permission: accountReadPermission },
        memberOf(TEAM_LEADS, LICENSE_ADMINISTRATORS),
      ),
    ).toEqual({ result: AuthorizeResult.ALLOW });
  });

  it('covers reading accounts and taking licenses back', () => {
    expect(m365LicensesPermissions).toEqual(
      expect.arrayContaining([
        accountReadPermission,
        reclamationExecutePermission,
      ]),
    );
  });

  it.each([
    ['catalog.entity.read', 'read', AuthorizeResult.ALLOW],
    ['scaffolder.task.create', 'create', AuthorizeResult.ALLOW],
    ['catalog.entity.delete', 'delete', AuthorizeResult.DENY],
  ] as const)(
    'answers %s for a member of staff',
    async (name, action, result) => {
      const permission = createPermission({ name, attributes: { action } });

      expect(await policy.handle({ permission }, memberOf())).toEqual({
        result,
      });
      expect(await policy.handle({ permission }, undefined)).toEqual({
        result: AuthorizeResult.DENY,
      });
    },
  );
});
