export { applicationAccess, REPORT_DAYS } from './applicationAccess';
export { applicationRoster } from './applicationRoster';
export { licenseInformation } from './licenseInformation';
export { runTask, type RunOptions, type SyncTask } from './task';
export { TaskRunner, type TenantTasks } from './TaskRunner';
