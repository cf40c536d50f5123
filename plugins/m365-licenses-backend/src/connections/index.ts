export { STALE_REPORT_DAYS } from './checkUp';
export {
  Connections,
  RETRY_AFTER_MS,
  type ConnectedTenant,
} from './Connections';
