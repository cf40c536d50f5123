import '@backstage/cli/asset-types';
import ReactDOM from 'react-dom/client';
import { createApp } from '@backstage/frontend-defaults';
import { ApiBlueprint, createFrontendModule, PageBlueprint, createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import '@backstage/ui/css/styles.css';
import { EntityProvider, entityRouteRef } from '@backstage/plugin-catalog-react';
import { Container, Flex } from '@backstage/ui';
import plugin, { m365LicensesApiRef } from '../src/alpha';
import { createFakeBackend, refuse } from '../src/__testUtils__/fakeBackend';
import * as f from '../src/__testUtils__/fixtures';
import { UserLicensesCard, UserActivityCard, GroupLicensesCard } from '../src/components/EntityCards/EntityCards';
import { SERVICES, SYNC_TASKS } from 'backstage-plugin-m365-licenses-common';

const mode = new URLSearchParams(window.location.search).get('mode') ?? window.sessionStorage.getItem('mode') ?? '';
window.sessionStorage.setItem('mode', mode);
const names = ['Maya Lopez', 'Aleksander Wiśniewski-Kowalczyk', 'Li Na', "Siobhán O'Brien", 'Bartholomew Fitzgerald Montgomery', 'Svc Backup'];
const deps = ['Sales', 'Research and Development', 'Finance', null];
const sts = ['active', 'inactive', 'neverActive', 'inGrace', 'unknown', 'unlicensed'] as const;
const accounts = Array.from({ length: 137 }, (_, i) => f.account({
  id: `a${i}`, displayName: names[i % 6], userPrincipalName: `${names[i % 6].toLowerCase().replace(/[^a-z]+/g, '.')}${i}@contoso.com`,
  department: deps[i % 4], status: sts[i % 6], enabled: i % 7 !== 0, lastActivityDate: i % 6 === 2 ? null : f.daysAgo(i * 3),
  licenses: i % 6 === 5 ? [] : i % 3 === 0 ? [f.assigned(), f.byGroup('Engineering tools'), f.assigned({ skuId: 'x', displayName: 'Power BI Pro' }), f.assigned({ skuId: 'y', displayName: 'Microsoft Teams Phone Standard' })] : [f.assigned()],
}));
const products = ['Microsoft 365 E3', 'Microsoft 365 E5', 'Office 365 E1', 'Visio Plan 2', 'Project Plan 3', 'Power BI Pro', 'Microsoft Teams Phone Standard', 'Dynamics 365 Customer Service Enterprise', 'Enterprise Mobility + Security E5', 'Windows 10/11 Enterprise E3', 'Microsoft Defender for Office 365 (Plan 2)', 'Microsoft 365 F3', 'Exchange Online (Plan 1)', 'Microsoft 365 Copilot', 'Power Automate Free'];
const licenses = Array.from({ length: mode === 'many' ? 40 : 15 }, (_, i) => {
  const bought = [10000, 2500, 800, 120, 90, 400, 600, 25, 3000, 75, 60, 1500, 40, 300, 10000][i % 15]; const assigned = i === 3 ? 140 : Math.floor(bought * (1 - (i % 5) * 0.15));
  return f.license({ skuId: `sku${i}`, displayName: products[i % 15] + (i >= 15 ? ` ${i}` : ''), skuPartNumber: `SKU_PART_${i}`, bought, assigned, unassigned: bought - assigned, status: i === 4 ? 'Warning' : i === 7 ? 'Suspended' : 'Enabled', trial: i === 9 ? null : i === 6, subscriptions: i === 9 ? [] : i === 1 ? [...f.license().subscriptions, { ...f.license().subscriptions[0], id: 's2' }] : f.license().subscriptions });
});
const paged = (items: object[]) => (r: any) => { const o = Number(r.query.cursor ?? 0); const l = Number(r.query.limit ?? 50); return { items: items.slice(o, o + l), totalItems: items.length, ...(o + l < items.length ? { nextCursor: String(o + l) } : {}) }; };
let started: number | undefined; let n = 0;
const answers: any = {
  'GET /tenants': () => ({ items: mode === 'tenants' ? [f.tenant(), f.tenant({ name: 'fabrikam', problem: 'm365Licenses.tenants.fabrikam.clientSecret is missing: set it, or one of clientCertificate, authorizationCode, managedIdentity' })] : [f.tenant()], totalItems: 1 }),
  'GET /tenants/contoso': () => mode === 'empty' ? f.overview({ accounts: { total: 0, enabled: 0, disabled: 0, guests: 0, licensed: 0, deleted: 0 }, statuses: [], seats: { bought: 0, assigned: 0, unassigned: 0 }, lastSync: null, reportRefreshDate: null }) : f.overview({ problems: mode === 'problems' ? [{ task: 'application-access', message: 'The activity reports of contoso are concealed: names are replaced by hashes.', mend: 'In the Microsoft 365 admin center, under Settings, Org settings, Services, Reports, clear "Display concealed user, group, and site names in all reports".', requestId: '8f1c-22' }] : [] }),
  'GET /tenants/contoso/licenses': () => mode === 'empty' ? { items: [], totalItems: 0 } : ({ items: [...licenses].sort((a, b) => b.bought - a.bought), totalItems: licenses.length }),
  'GET /tenants/contoso/departments': () => ({ items: deps.filter(Boolean), totalItems: 3 }),
  'GET /tenants/contoso/users': mode === 'error' ? refuse(503, 'The database does not answer') : mode === 'forbidden' ? refuse(403, 'x') : mode === 'empty' ? paged([]) : paged(accounts),
  'GET /tenants/contoso/activity': (r: any) => ({ ...paged(mode === 'empty' ? [] : accounts.slice(0, 90).map((a, i) => f.activityOf(a, [i, i * 2, null, 5, 40, null, 130])))(r), services: SERVICES.map((service, i) => ({ service, active: 9000 - i * 1200, inactive: 500 + i * 200, neverActive: 300 + i * 1000 })), reportRefreshDate: mode === 'empty' ? null : f.daysAgo(3), historySince: f.daysAgo(20), inactiveAfterDays: Number(r.query.inactiveAfterDays ?? 60) }),
  'GET /tenants/contoso/tasks': () => {
    n++;
    const done = started && Date.now() - started > 6000;
    return { items: SYNC_TASKS.map((name, i) => f.task({ task: name, enabled: i !== 2 || mode !== 'problems', state: i === 2 && mode === 'problems' ? 'disabled' : i === 0 && started && !done ? 'running' : 'idle', nextRunAt: i === 2 && mode === 'problems' ? null : f.minutesAgo(-200), currentRun: i === 0 && started && !done ? f.run({ id: 'r9', task: name, status: 'running', finishedAt: null, durationMs: null, counts: { ...f.run().counts, read: n * 500 } }) : null, lastRun: mode === 'empty' ? null : i === 1 && mode === 'problems' ? f.run({ task: name, status: 'failed', error: { message: 'Microsoft refused the report: the application lacks Reports.Read.All', mend: 'Grant the application permission Reports.Read.All and consent to it.', requestId: '8f1c' } }) : f.run({ task: name, id: done && i === 0 ? 'r9' : 'r1' }), lastSuccessAt: mode === 'empty' ? null : f.minutesAgo(42) })), totalItems: 3 };
  },
  'POST /tenants/contoso/tasks/application-roster/run': () => { started = Date.now(); return { task: 'application-roster' }; },
  'GET /tenants/contoso/task-runs': (r: any) => paged(mode === 'empty' ? [] : Array.from({ length: 60 }, (_, i) => f.run({ id: `h${i}`, task: SYNC_TASKS[i % 3], startedAt: f.minutesAgo(i * 200) as string, status: (['succeeded', 'partial', 'failed', 'aborted', 'succeeded'] as const)[i % 5], leftOut: i % 5 === 1 ? [{ what: 'last sign-in', why: 'The tenant has no Microsoft Entra ID P1', mend: 'Nothing to do, or buy P1' }] : [], error: i % 5 === 2 ? { message: 'Microsoft answered 403 to /users', mend: 'Grant User.Read.All', requestId: 'abc' } : null, malformed: i % 5 === 1 ? [{ place: 'row 12', problem: 'no user id' }] : [], counts: { ...f.run().counts, malformed: i % 5 === 1 ? 3 : 0 } })))(r),
  'GET /entities/user/default/maya': () => ({ entityRef: 'user:default/maya', kind: 'user', accounts: mode === 'empty' ? [] : [{ entityRef: 'user:default/maya', detail: f.detail() }], members: 1, unmatchedMembers: [], inactiveAfterDays: 60 }),
  'GET /entities/group/default/sales': () => ({ entityRef: 'group:default/sales', kind: 'group', accounts: mode === 'empty' ? [] : accounts.slice(0, 9).map(a => ({ entityRef: `user:default/${a.id}`, detail: f.detail({ account: a }) })), members: mode === 'empty' ? 0 : 11, unmatchedMembers: mode === 'empty' ? [] : ['user:default/x', 'user:default/y'], inactiveAfterDays: 60 }),
};
for (let i = 0; i < 137; i++) answers[`GET /tenants/contoso/users/a${i}`] = () => f.detail({ account: accounts[i] });
const fake = createFakeBackend(answers);
const never = new Promise<any>(() => {});
const client: any = mode === 'loading' ? { GET: () => never, POST: () => never } : fake.client;
const module = createFrontendModule({ pluginId: 'm365-licenses', extensions: [
  ApiBlueprint.make({ params: d => d({ api: m365LicensesApiRef, deps: {}, factory: () => client }) }),
] });
const perms = createFrontendModule({ pluginId: 'app', extensions: [
  ApiBlueprint.make({ name: 'permission', params: d => d({ api: permissionApiRef, deps: {}, factory: () => ({ authorize: async () => ({ result: mode === 'forbidden' ? 'DENY' : 'ALLOW' }) }) as any }) }),
] });
const user: any = { apiVersion: 'backstage.io/v1alpha1', kind: 'User', metadata: { name: 'maya' }, spec: { profile: { email: 'maya@contoso.com' } } };
const group: any = { apiVersion: 'backstage.io/v1alpha1', kind: 'Group', metadata: { name: 'sales' }, spec: { type: 'team', children: [] } };
const cards = createFrontendPlugin({ pluginId: 'cards', title: 'Cards', extensions: [
  PageBlueprint.make({ name: 'entity', params: { path: '/catalog/:namespace/:kind/:name', routeRef: entityRouteRef as any, loader: async () => <div /> } }),
  PageBlueprint.make({ params: { path: '/cards', loader: async () => <Container><Flex direction="column" gap="4" p="4"><EntityProvider entity={user}><div style={{ maxWidth: 560 }}><UserLicensesCard /></div><div style={{ maxWidth: 720 }}><UserActivityCard /></div></EntityProvider><EntityProvider entity={group}><GroupLicensesCard /></EntityProvider></Flex></Container> } })] });
const app = createApp({ features: [plugin, module, perms, cards] , advanced: { configLoader: async () => ({ config: new (require('@backstage/config').ConfigReader)({ app: { title: 'x', baseUrl: 'http://127.0.0.1:3999', extensions: [{ 'sign-in-page:app': false }] }, backend: { baseUrl: 'http://localhost:7999' } }) }) } });
ReactDOM.createRoot(document.getElementById('root')!).render(app.createRoot());
