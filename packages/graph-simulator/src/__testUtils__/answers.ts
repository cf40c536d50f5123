import type {
  AdminReportSettings,
  CompanySubscription,
  Group,
  Organization,
  SubscribedSku,
  User,
} from '@microsoft/microsoft-graph-types';

/** The types of Microsoft's package that the simulator answers with; a JSON Schema is made of them. */
export interface Answers {
  adminReportSettings: AdminReportSettings;
  companySubscription: CompanySubscription;
  group: Group;
  organization: Organization;
  subscribedSku: SubscribedSku;
  user: User;
}
